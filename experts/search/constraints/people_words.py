"""Words for people and of politeness, shared by the readers of budgets and of languages."""

from experts.search.constraints.tokens import word_set

EXPERTS = word_set(
    # Anyone who may be looked for.
    "someone somebody anyone anybody person professional professionals expert experts specialist"
    " specialists consultant consultants advisor adviser advisors advisers freelancer freelancers"
    " contractor candidate profile"
    " iemand persoon deskundige experten specialisten adviseur adviseurs raadgever zelfstandige"
    " kandidaat profiel"
    " quelqu personne professionnel professionnelle professionnels specialiste specialistes"
    " expertes experte conseiller conseillere conseillers independant independante candidat profil"
    # And by trade.
    " lawyer lawyers attorney solicitor notary accountant accountants bookkeeper bookkeepers"
    " auditor developer developers programmer designer designers marketer copywriter writer editor"
    " translator interpreter coach coaches trainer therapist psychologist mediator architect"
    " architects engineer engineers analyst recruiter photographer videographer strategist planner"
    " manager assistant secretary tutor plumber electrician mentor broker nurse doctor dietician"
    " advocaat advocaten jurist juristen notaris boekhouder boekhouders accountants fiscalist"
    " fiscalisten belastingadviseur revisor ontwikkelaar ontwikkelaars programmeur ontwerper"
    " ontwerpers vormgever marketeer copywriter vertaler tolk therapeut psycholoog psychologe"
    " bemiddelaar architecten ingenieur ingenieurs fotograaf secretaresse loodgieter elektricien"
    " makelaar arts dietist dietiste coaches"
    " avocat avocate avocats juriste juristes notaire notaires comptable comptables"
    " fiscaliste fiscalistes reviseur developpeur developpeuse developpeurs programmeur graphiste"
    " graphistes concepteur redacteur redactrice traducteur traductrice interprete formateur"
    " formatrice therapeute psychologue psychologues mediateur mediatrice architecte architectes"
    " photographe secretaire plombier electricien courtier medecin dieteticien dieteticienne"
    " coachs"
)
PLEASE = word_set(
    "please preferably only thanks graag aub alstublieft alsjeblieft liefst svp merci uniquement"
    " exclusivement uitsluitend preference plait"
)
