"""The words of budgets in English, Dutch and French, as data. Accents and hyphens do not matter."""

from enum import Enum, auto

from experts.search.constraints.tokens import Phrases, phrases, word_set


class Cue(Enum):
    """What the words around an amount make of it."""

    MAX = auto()
    MIN = auto()
    MORE = auto()  # a minimum, unless denied: "not more than"
    LESS = auto()
    BETWEEN = auto()
    ABOUT = auto()
    BUDGET = auto()
    HOURLY = auto()
    RATE = auto()
    FILLER = auto()


CURRENCIES = Phrases(
    {
        "EUR": "€ | eur | euro | euros | euro s",
        "USD": "$ | US$ | us $ | usd | dollar | dollars | us dollar | us dollars | american dollars"
        " | $ us | $ usd | dollars americains | dollar americain | amerikaanse dollar"
        " | amerikaanse dollars",
        "GBP": "£ | gbp | pound sterling | pounds sterling | british pounds | livres sterling"
        " | livre sterling | britse pond | pond sterling | pound | pounds | pond | quid",
        "CHF": "chf | swiss francs | swiss franc | francs suisses | franc suisse"
        " | zwitserse frank | zwitserse franken",
        "CAD": "CA$ | C$ | ca $ | $ ca | $ cad | cad | canadian dollars | dollars canadiens"
        " | canadese dollar",
        "AUD": "A$ | AU$ | aud | $ aud | australian dollars | dollars australiens",
        "NZD": "NZ$ | nzd",
        "HKD": "HK$ | hkd",
        "SGD": "S$ | sgd",
        "BRL": "R$ | brl",
        "JPY": "¥ | jpy | yen",
        "INR": "₹ | inr | rupees",
        "TRY": "₺",
        "UAH": "₴",
        "ILS": "₪",
        "PLN": "pln | zł | zloty",
        "SEK": "sek",
        "NOK": "nok",
        "DKK": "dkk",
        "CZK": "czk",
        "HUF": "huf",
    }
)
# Words that are weights, books or drawings as often as money: they ask for words of an hour.
DOUBTFUL_CURRENCIES = frozenset({"pound", "pounds", "pond", "quid", "cad"})

AN_HOUR = phrases(
    "an hour | a hour | per hour | the hour | each hour | every hour | hourly | per hr | an hr"
    " | per h | ph | / h | / hr | / hrs | / hour | / hours | p h | p hr | p / h | p / hr"
    " | p / hour | p u | p / u | p / uur | pu | / u | / uur | per uur | het uur | per u | elk uur"
    " | / heure | / heures | de l heure | l heure | par heure | a l heure | par h | de heure"
)

BEFORE_AMOUNT = Phrases(
    {
        Cue.MAX: "under | below | less than | up to | at most | at the most | max | maximum"
        " | maximal | maximally | maximum of | max of | no more than | not more than | not above"
        " | not over | not exceed | not exceeding | not to exceed | capped at | cap of | limit of"
        " | limited to | cheaper than | lower than | no higher than | not higher than | can afford"
        " | no dearer than | within | < | < = | ≤"
        " | onder | onder de | beneden | beneden de | minder dan | niet meer dan | hoogstens"
        " | hooguit | maximaal | ten hoogste | niet boven | niet boven de | niet duurder dan"
        " | goedkoper dan | lager dan | tot | tot maximaal | niet hoger dan | op zijn hoogst"
        " | moins de | moins que | pas plus de | pas plus que | jusqu a | jusque | maximale"
        " | au maximum | au max | au plus | tout au plus | maxi | moins cher que | moins chere que"
        " | en dessous de | en dessous des | sous | sous les | sous la barre des | inferieur a"
        " | inferieure a | ne depasse pas | ne depassant pas | ne depassent pas | sans depasser"
        " | pas depasser | plafonne a | plafond de | limite a | pas au dessus de | pas au dela de",
        Cue.MIN: "at least | min | minimum | minimum of | min of | no less than | not less than"
        " | starting at | starting from | upwards of | not below | not under | > = | ≥"
        " | minstens | minimaal | ten minste | tenminste | vanaf | niet minder dan | op zijn minst"
        " | niet onder | niet onder de"
        " | au moins | au minimum | a partir de | a partir des | minimale | pas moins de | mini"
        " | au min",
        Cue.MORE: "more than | over | above | from | exceed | exceeding | higher than | >"
        " | more expensive than | meer dan | boven | boven de | duurder dan | hoger dan"
        " | meer betalen dan | meer uitgeven dan | meer kosten dan | plus de | plus que"
        " | plus cher que | plus chere que | au dessus de | au dela de | superieur a | des",
        Cue.BETWEEN: "between | tussen | tussen de | entre | somewhere between | range of",
        Cue.ABOUT: "about | around | roughly | approximately | approx | ca | circa | ~ | ± | ≈"
        " | ongeveer | rond | rond de | zowat | om en bij | environ | env | autour de"
        " | aux environs de | a peu pres",
        Cue.BUDGET: "budget | budget of | budget is | budget : | budget van | budget de"
        " | budget est de",
        Cue.HOURLY: "hourly rate | hourly rates | hourly budget | hourly fee | hourly price"
        " | hourly cost | rate per hour | rates per hour | price per hour | budget per hour"
        " | an hour | per hour | hourly | uurtarief | uurtarieven | uurprijs | tarief per uur"
        " | prijs per uur | kost per uur | budget per uur | uurbudget | per uur"
        " | taux horaire | tarif horaire | tarifs horaires | prix horaire | cout horaire"
        " | budget horaire | tarif a l heure | tarif par heure | prix par heure | prix de l heure"
        " | par heure",
        Cue.RATE: "rate | rates | fee | fees | tarief | tarieven | ereloon | tarif | tarifs"
        " | honoraires | honorarium",
        Cue.FILLER: "of | is | are | a | an | the | my | our | for | at | with | be | should be"
        " | must be | : | = | , | ( | van | is | een | de | het | mijn | ons | voor | aan | met"
        " | tegen | un | une | le | la | les | mon | notre | pour | avec | est | d | l | au"
        " | du | soit | price | prix | prijs | can pay | i can pay | we can pay | can spend"
        " | i can spend | we can spend | willing to pay | i have | we have | charges | charging"
        " | who charges | that charges | costs | who costs | asks | who asks | je peux payer"
        " | nous pouvons payer | j ai | nous avons | qui coute | qui demande | ik kan | we kunnen"
        " | ik heb | we hebben | die kost | die vraagt",
    }
)
AFTER_AMOUNT = Phrases(
    {
        Cue.MAX: "max | maximum | maximal | maximaal | at most | at the most | at maximum | tops"
        " | or less | or below | or cheaper | or under | of minder | of goedkoper | of lager"
        " | hoogstens | hooguit | ou moins | au maximum | au max | maxi | au plus | tout au plus"
        " | grand maximum",
        Cue.MIN: "min | minimum | minimaal | at least | at minimum | or more | or above | or higher"
        " | and up | and above | + | of meer | of hoger | en meer | minstens | ou plus"
        " | et plus | au moins | au minimum | minimum",
        Cue.FILLER: "budget | rate | excl vat | excluding vat | ex vat | plus vat | + vat"
        " | incl vat"
        " | including vat | excl btw | excl . btw | exclusief btw | ex btw | incl btw"
        " | inclusief btw | htva | tvac | ttc | ht | hors tva | hors taxes",
    }
)
# After a number that is money only by "hourly rate" before it; "hourly, 20 years" is none.
MAY_FOLLOW_NUMBER = word_set(
    "for who with and or in please to is but voor die met en of graag is maar pour qui avec et ou"
    " svp mais est"
)
TO = phrases("- | – | — | to | a | tot | t / m | tot en met | jusqu a")
BETWEEN_AND = phrases("and | en | et | & | - | – | — | to | a | tot")
AND = phrases(
    "and | en | et | , | but | maar | mais | , and | , en | , et | , but | , maar | , mais | &"
)
IN = frozenset({"in", "en"})
DENIALS = word_set(
    "not no nothing nobody none never niets niemand rien don doesn didn won cannot shouldn"
    " wouldn mustn couldn isn without"
    " niet geen nooit zonder pas ne n jamais sans"
)

MAGNITUDES = word_set(
    "k m mio mln mrd bn b million millions billion billions thousand hundred miljoen miljoenen"
    " miljard duizend honderd mille milliard milliards cent"
)
OTHER_UNITS = phrases(
    "per | / | par | a day | a month | a week | a year | a night | a piece | a person | a head"
    " | a session | a page | a word | each | daily | weekly | monthly | yearly | annually | the day"
    " | p m | pm | pp | la journee | le mois | l an | la nuit | la semaine | de la journee"
    " | le metre | le m | la page | le mot | la seance | la piece | chacun | chacune | mensuel"
    " | mensuels | maandelijks | jaarlijks | dagelijks | wekelijks | elk | de maand | de dag"
    " | het stuk"
)
# Such words before an amount, nearer than any expert, or right after it, make it theirs.
SUBJECTS = phrases(
    "turnover | revenue | sales | profit | profits | invoice | invoices | fine | fines | fined"
    " | penalty | penalties | debt | debts | loan | loans | mortgage | raise | raised | raising"
    " | invest | investing | investment | save | saved | saving | savings | refund | deposit | rent"
    " | bill | bills | ticket | tickets | product | products | gift | gifts | subscription | sell"
    " | sells | selling | sold | buy | buying | bought | purchase | purchases | order | orders"
    " | discount | capital | grant | subsidy | bonus | compensation | damage | damages | claim"
    " | claims | owe | owes | owed | lost | lose | stole | stolen | expense | expenses | donation"
    " | donations | deductible | worth | valued | cash | ad spend | marketing budget"
    " | advertising budget | payments | payment | transactions | transfer | customers spend"
    " | monthly | day rate | daily rate | per day | per month | total | project budget"
    " | fixed price | flat fee | bet | won | charge back | basket | %"
    " | percent | entry | entrance | membership | registration | leasing | lease | alimony"
    " | pension | reimbursement | too much | repayment"
    " | omzet | factuur | facturen | boete | boetes | schuld | schulden | lening | leningen | winst"
    " | korting | huur | huurprijs | rekening | producten | verkopen | verkoop | verkocht | kopen"
    " | koop | gekocht | aankoop | aankopen | bestelling | bestellingen | cadeau | cadeaus"
    " | abonnement | investeren | investering | sparen | spaargeld | besparen | bespaar | schade"
    " | schadevergoeding | waarborg | onkosten | subsidie | subsidies | premie | premies | verloren"
    " | kapitaal | waarde | dagtarief | dagprijs | per dag | per maand | maandelijks | totaal"
    " | vaste prijs | betalingen | ophalen | opgehaald | gewonnen"
    " | procent | inkom | inschrijving | lidgeld | terugbetaling | alimentatie | pensioen | te veel"
    " | chiffre d affaires | facture | factures | amende | amendes | dette | dettes | pret | prets"
    " | emprunt | loyer | loyers | benefice | benefices | remise | reduction | produits | vendre"
    " | vends | vendons | vendu | vente | ventes | acheter | achete | achat | achats | commande"
    " | commandes | billet | billets | cadeaux | investir | investissement | lever | levee"
    " | economiser | economies | dommages | caution | subside | prime | primes | perdu"
    " | valeur | frais | don | dons | tarif journalier | taux journalier | tjm | par jour"
    " | par mois | mensuel | total | forfait | paiements | virement | panier"
    " | pour cent | inscription | remboursement | pension alimentaire | trop"
)
# These do so even when an hour is named.
HOURLY_SUBJECTS = phrases(
    "rent | rents | renting | hire out | job | jobs | income | customers | clients | employees"
    " | workers | staff | machine | bikes | rooms | studio | kids"
    " | verhuren | verhuur | huren | huur | flexijob | studentenjob | inkomen | klanten"
    " | werknemers | personeel | machines | zalen | zaal | fietsen"
    " | louer | louons | loue | location | emploi | revenu | revenus | employes | ouvriers"
    " | personnel | salle | salles | velos"
)
POSSESSIVES = word_set("my our your mijn onze ons jouw uw mon ma mes notre nos votre vos")
# Such words in the rest of the clause make an amount that of a whole job.
WHOLE_JOBS = phrases(
    "total | in total | all in | all inclusive | fixed price | flat fee | lump sum | one off"
    " | the whole | whole project | entire project | the entire | for the project"
    " | for this project | for my project | per project | for the job | for everything"
    " | for the site | for the website | for a website | for the logo | for a logo"
    " | per day | per month | a month | a day | a year | in de maand"
    " | totaal | in totaal | alles inbegrepen | vaste prijs | eenmalig | het hele project"
    " | hele project | volledige project | voor het project | voor dit project | voor mijn project"
    " | per dag | per maand | voor alles | voor de website | voor een website | voor een logo"
    " | au total | total | tout compris | forfait | forfaitaire | tout le projet | projet complet"
    " | l ensemble | ensemble du projet | pour le projet | pour ce projet | pour mon projet"
    " | par jour | par mois | pour le site | pour un site | pour le tout | pour un logo"
)
# What visitors earn, charge or pay others is their subject, hour or no hour.
OWN_MONEY = phrases(
    "wage | wages | salary | salaries | earn | earns | earning | earned | i charge | we charge"
    " | i can charge | can i charge | should i charge | to charge | i bill | we bill | i ask"
    " | i am charging | i m charging | i make | we make | my rate | my rates | my hourly rate"
    " | my own rate | our rate | our hourly rate | charged me | charges me | charged us | charge me"
    " | charge my | charging my | was charged | were charged | i was paid | i get paid"
    " | i am paid | i m paid | gets paid | parking | minimum wage"
    " | i pay my | we pay our | pay my | pay our | paying my | pay per click | interest | i paid"
    " | cost us | costs us | cost me"
    " | costs me | asks me | we paid | i used to | student job"
    " | loon | lonen | salaris | salarissen | uurloon | uurlonen | minimumloon | verdien | verdient"
    " | verdienen | verdiende | ik vraag | wij vragen | ik reken | ik factureer | wij factureren"
    " | mijn uurtarief | mijn tarief | ons uurtarief | ons tarief | eigen uurtarief | aangerekend"
    " | gevraagd | kreeg ik | krijg ik | word betaald | parkeren"
    " | kost me | kost mij | kost ons | vraagt me | vraagt mij"
    " | ik betaalde | wij betaalden"
    " | salaire | salaires | smic | je gagne | gagner | gagnons | je facture | nous facturons"
    " | je demande | je prends | mon taux horaire | mon tarif | mon tarif horaire"
    " | notre taux horaire | notre tarif | facturer | a facture | m a demande | je suis paye"
    " | me coute | nous coute | me demande | nous demande"
    " | je suis payee | j ai paye | nous payons nos"
)
# After an amount, they ask what visitors think of a price they were told.
JUDGEMENTS = phrases(
    "too much | a lot | normal | fair | reasonable | legal | expensive | a fair | a normal"
    " | te veel | veel | normaal | redelijk | duur | te duur | trop | beaucoup | raisonnable | cher"
    " | trop cher"
)
# Words of paying that make "in dollars" the currency of the expert's rate.
PAYING = phrases(
    "paid | pay | payment | payable | bill | bills | billed | billing | charge | charges"
    " | charged | charging"
    " | quote | quotes | quoted | rate | rates | price | priced | prices | fee | fees | budget"
    " | hourly | tariff | an hour | per hour | invoices me"
    " | betaald | betalen | betaal | betaal graag | betaling | tarief | tarieven | uurtarief"
    " | prijs | prijzen | rekent"
    " | factureert | per uur | werkt"
    " | paiement | paye | payee | payes | payer | qui facture | facturant | tarif | tarifs"
    " | taux | prix"
    " | honoraires | horaire | de l heure | par heure"
)
# Near "in dollars", these say that the visitor's own affairs are in dollars.
OWN_AFFAIRS = phrases(
    "invoice | invoices | invoicing | revenue | turnover | sales | account | accounts | reporting"
    " | report | loan | mortgage | debt | contract | donate | salary | wage | clients | customers"
    " | employer | employees | suppliers | supplier | tenants | convert | exchange | transfer"
    " | trade | invest | savings | fund | shares | stock | my prices | our prices | my rates"
    " | our rates | my rate | i charge | we charge | i bill | we bill | i am | i m | we are | we re"
    " | i get | we get | i was | i have been | webshop | shop | products | website | imports"
    " | facturen | factureren | omzet | rekening | lening | contract | loon | klanten | werkgever"
    " | leveranciers | ik word | wij worden | ik werd | mijn prijzen | mijn tarief | wisselen"
    " | beleggen | aandelen"
    " | factures | facturer | chiffre d affaires | compte | comptes | pret | contrat | salaire"
    " | mes clients | nos clients | clients | employeur | fournisseurs | je suis | nous sommes"
    " | mes prix | mon tarif | mes tarifs | actions | bourse | revenus | convertir"
)
