"""Why a row was treated as it was: every code a plan can carry, with its meaning for a person."""

REASONS = {
    # The row is not imported
    "broken_quotes": "the quotes of this line do not close where they should: not imported",
    "too_many_cells": "more cells than the header has columns: not imported, values may be shifted",
    "repeated_header": "the header again: not imported",
    "no_identity": "neither username nor profile URL nor name: not imported",
    "username_too_long": "the username is longer than can be stored: not imported",
    "duplicate_identical": "the same row once more: counted once",
    "duplicate_superseded": "a later row has the same username: the last one wins",
    # The row is imported
    "duplicate_wins": "earlier rows with this username differ: this one wins",
    "case_twin": "another account's username differs only by letter case: they stay two accounts",
    "too_few_cells": "fewer cells than the header has columns: the absent ones change nothing",
    "control_characters": "invisible control characters were removed",
    "username_from_url": "no username: taken from the profile URL",
    "username_from_name": "no username: made from the name",
    "rate_zero": "a rate of zero: stored without a rate",
    "rate_negative": "a negative rate: stored without a rate",
    "rate_too_high": "a rate too high to be stored: stored without a rate",
    "rate_range": "two amounts in one rate: stored without a rate",
    "rate_not_hourly": "a rate, but not by the hour: stored without a rate",
    "rate_ambiguous": "could be tens or tens of thousands: stored without a rate",
    "rate_unreadable": "the rate cannot be read as an amount: stored without a rate",
    "currency_missing": "a rate without a currency",
    "currency_unknown": "not an ISO 4217 currency: stored without one",
    "currency_conflict": "the rate names another currency than its column: the rate's was taken",
    "language_unknown": "a language that is not recognised was left out",
    "tags_cut": "more or longer tags than can be stored were left out",
    "joined_at_unreadable": "the date cannot be read: stored without one",
    "profile_url_unsafe": "not a plain http or https link: left out",
    "profile_url_unreadable": "not a web address: left out",
    "profile_url_too_long": "the link is too long to be stored: left out",
    "profile_url_with_utm": "only the link with tracking is known: it was taken",
    "photo_url_unsafe": "not a plain http or https link: left out",
    "photo_url_unreadable": "not a web address: left out",
    "photo_url_too_long": "the link is too long to be stored: left out",
    "reactivated": "was inactive and is in the file: active again",
    "kept_off": "deactivated by staff: stays out of every answer until they reactivate it",
    "absent": "active, but not in the file",
}


def explain(code: str) -> str:
    """What a code means, in words."""
    if code in REASONS:
        return REASONS[code]
    if code.startswith("missing_"):
        field = code.removeprefix("missing_").replace("_", " ")
        return f"no {field}: stored, but not recommended to anyone"
    if code.endswith("_cut"):
        return f"the {code.removesuffix('_cut').replace('_', ' ')} was cut to what can be stored"
    return code.replace("_", " ")
