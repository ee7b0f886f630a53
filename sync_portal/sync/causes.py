"""The catalogue of causes: every failure a person can meet has a code, a sentence with the real value, and who can mend it.

Each package that finds causes keeps its own in a `causes.py` beside the code that raises them; this module gathers them, adds
those of the engine and the connectors, and turns a code with its facts into a sentence. A test produces each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from django.utils.translation import get_language

try:  # TEMP until mapping.causes lands
    from mapping.causes import CAUSES as MAPPING_CAUSES
except ImportError:
    MAPPING_CAUSES = {}

WHO = {
    "client": ("le client", "the client"),
    "sales": ("l’équipe commerciale", "sales staff"),
    "agency": ("l’agence", "the agency"),
    "shop": ("l’administrateur de la boutique", "the shop's administrator"),
    "sage": ("l’administrateur de Sage", "the Sage administrator"),
    "nobody": ("se répare seul", "heals by itself"),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One entry of the catalogue; the sentences have ``{fact}`` placeholders."""

    code: str
    fr: str
    en: str
    who: str
    retryable: bool = False

    @property
    def anchor(self) -> str:
        """Its place in docs/causes.md."""
        return self.code.replace(".", "-").replace("_", "-")


@dataclass(frozen=True, slots=True)
class CauseText:
    """A cause, told: what the pages and the command line show."""

    code: str
    sentence: str
    who: str
    retryable: bool
    anchor: str


_CONNECTOR_AND_ENGINE = [
    # --- Sage -------------------------------------------------------------------------------------------------------
    Cause("sage.unreachable", "Sage ne répond pas à l’adresse « {server} ». Vérifiez que le serveur est allumé et joignable.",
          "Sage does not answer at “{server}”. Check that the server is on and reachable.", "sage", True),
    Cause("sage.timeout", "Sage n’a pas répondu dans le temps prévu ({seconds} s).",
          "Sage did not answer in time ({seconds} s).", "nobody", True),
    Cause("sage.wrong_password", "Sage refuse l’utilisateur « {user} » : mot de passe ou droits à corriger dans la connexion.",
          "Sage refuses the user “{user}”: correct the password or its rights in the connection.", "agency"),
    Cause("sage.unknown_database", "La base « {database} » n’existe pas sur ce serveur Sage.",
          "The database “{database}” does not exist on this Sage server.", "agency"),
    Cause("sage.driver_missing", "Le pilote ODBC « {driver} » n’est pas installé sur le serveur du portail.",
          "The ODBC driver “{driver}” is not installed on the portal's server.", "agency"),
    Cause("sage.missing_table", "La table « {table} » manque dans la base Sage, ou l’utilisateur n’a pas le droit de la lire.",
          "The table “{table}” is missing from the Sage database, or the user may not read it.", "sage"),
    Cause("sage.missing_column", "La colonne « {column} » manque dans la base Sage.",
          "The column “{column}” is missing from the Sage database.", "agency"),
    Cause("sage.permission_denied", "L’utilisateur Sage n’a pas le droit de faire cela sur « {table} ».",
          "The Sage user is not allowed to do this on “{table}”.", "sage"),
    Cause("sage.locked", "L’enregistrement est ouvert par quelqu’un dans Sage : nouvel essai automatique.",
          "Somebody has the record open in Sage: it will be tried again by itself.", "nobody", True),
    Cause("sage.deadlock", "Sage était occupé (verrou croisé) : nouvel essai automatique.",
          "Sage was busy (deadlock): it will be tried again by itself.", "nobody", True),
    Cause("sage.connection_lost", "La connexion à Sage a été coupée pendant le travail.",
          "The connection to Sage was cut during the work.", "nobody", True),
    Cause("sage.constraint", "Sage refuse l’enregistrement : il contredit une règle de la base ({rule}).",
          "Sage refuses the record: it breaks a rule of the database ({rule}).", "agency"),
    Cause("sage.too_long", "Sage refuse une valeur trop longue pour « {column} » : {value}",
          "Sage refuses a value that is too long for “{column}”: {value}", "agency"),
    Cause("sage.trigger_refused", "Sage refuse l’enregistrement (contrôle {number}) : {message}",
          "Sage refuses the record (check {number}): {message}", "agency"),
    Cause("sage.disk_full", "Le disque du serveur Sage est plein.", "The Sage server's disk is full.", "sage", True),
    Cause("sage.write_disabled", "L’écriture dans Sage n’est pas autorisée pour ce client : activez-la dans la connexion Sage.",
          "Writing into Sage is not allowed for this client: switch it on in the Sage connection.", "agency"),
    Cause("sage.unknown_article", "L’article « {reference} » de la commande n’existe pas dans Sage.",
          "The article “{reference}” of the order does not exist in Sage.", "sales"),
    Cause("sage.unknown_customer", "Le compte client « {number} » n’existe pas dans Sage.",
          "The customer account “{number}” does not exist in Sage.", "sales"),
    Cause("sage.written_differs", "Ce qui a été relu dans Sage diffère de ce qui devait être écrit ({what}) : rien n’a été gardé.",
          "What was read back from Sage differs from what was to be written ({what}): nothing was kept.", "agency"),
    Cause("sage.failed", "Sage a répondu par une erreur inattendue : {message}",
          "Sage answered with an unexpected error: {message}", "agency", True),
    # --- shop -------------------------------------------------------------------------------------------------------
    Cause("shop.unreachable", "La boutique ne répond pas à l’adresse {url}.", "The shop does not answer at {url}.", "shop", True),
    Cause("shop.timeout", "La boutique n’a pas répondu dans le temps prévu ({seconds} s).",
          "The shop did not answer in time ({seconds} s).", "nobody", True),
    Cause("shop.wrong_domain", "{url} n’est pas l’adresse configurée de la boutique : elle renvoie vers {location}.",
          "{url} is not the shop's configured address: it redirects to {location}.", "agency"),
    Cause("shop.address_refused", "L’adresse {host} n’est pas autorisée : réseau privé ou réservé.",
          "The address {host} is not allowed: private or reserved network.", "agency"),
    Cause("shop.wrong_key", "La boutique ne reconnaît pas la clé du webservice.",
          "The shop does not recognise the webservice key.", "agency"),
    Cause("shop.key_inactive", "La clé du webservice est inactive ou sans droits dans la boutique.",
          "The webservice key is inactive or has no rights in the shop.", "shop"),
    Cause("shop.no_right", "La clé du webservice n’a pas le droit {verb} sur « {resource} » : cochez-le dans la boutique.",
          "The webservice key lacks the right {verb} on “{resource}”: tick it in the shop.", "shop"),
    Cause("shop.disabled", "Le webservice est désactivé dans la boutique.", "The webservice is switched off in the shop.", "shop"),
    Cause("shop.busy", "La boutique est momentanément surchargée ({status}).", "The shop is busy for the moment ({status}).",
          "nobody", True),
    Cause("shop.not_xml", "La boutique n’a pas répondu en XML ({content_type}) : « {start} »",
          "The shop did not answer in XML ({content_type}): “{start}”", "shop", True),
    Cause("shop.empty_500", "La boutique a échoué sans dire pourquoi (erreur 500 vide) en traitant cet enregistrement.",
          "The shop failed without saying why (empty error 500) on this record.", "shop", True),
    Cause("shop.saved_with_warning", "La boutique a enregistré, mais avec un avertissement : {message}",
          "The shop saved it, but with a warning: {message}", "shop"),
    Cause("shop.invalid_value", "La boutique refuse la valeur « {value} » du champ {field} : {message}",
          "The shop refuses the value “{value}” of the field {field}: {message}", "sales"),
    Cause("shop.missing_field", "La boutique exige le champ {field}.", "The shop requires the field {field}.", "agency"),
    Cause("shop.unknown_id", "L’élément n° {id} ({resource}) n’existe plus dans la boutique.",
          "Item {id} ({resource}) no longer exists in the shop.", "sales"),
    Cause("shop.duplicate_key", "La boutique a déjà un enregistrement avec la même clé ({resource}).",
          "The shop already has a record with the same key ({resource}).", "agency"),
    Cause("shop.refused", "La boutique a refusé l’enregistrement : {message}", "The shop refused the record: {message}", "agency"),
    Cause("shop.answer_too_big", "La réponse de la boutique dépasse la taille admise ({limit}).",
          "The shop's answer is larger than allowed ({limit}).", "agency"),
    Cause("shop.no_tax_rule", "La boutique n’a pas de règle de taxe à {rate} % : créez-la, ou corrigez la TVA de l’article.",
          "The shop has no tax rule of {rate} %: create it, or correct the article's VAT.", "shop"),
    Cause("shop.missing_reference", "Cet enregistrement attend « {key} » ({kind}), qui n’est pas encore dans la boutique.",
          "This record waits for “{key}” ({kind}), which is not in the shop yet.", "nobody", True),
    Cause("shop.not_confirmed", "La boutique ne contient pas ce qui a été envoyé : {field} vaut « {found} » au lieu de « {sent} ».",
          "The shop does not hold what was sent: {field} is “{found}” instead of “{sent}”.", "agency"),
    Cause("shop.adoption_uncertain", "Plusieurs éléments de la boutique portent « {value} » ({count}) : choisissez le bon avant tout envoi.",
          "Several items of the shop carry “{value}” ({count}): choose the right one before anything is sent.", "sales"),
    Cause("shop.image_too_big", "La photo « {file} » dépasse la taille admise par la boutique et n’a pas pu être réduite.",
          "The photo “{file}” is larger than the shop allows and could not be reduced.", "sales"),
    Cause("shop.image_unreadable", "Le fichier « {file} » n’est pas une image lisible.", "The file “{file}” is not a readable image.",
          "sales"),
    # --- portal -----------------------------------------------------------------------------------------------------
    Cause("portal.credentials_key", "Les secrets enregistrés ne peuvent pas être lus : la clé {setting} du serveur a changé.",
          "The stored secrets cannot be read: the server's {setting} has changed.", "agency"),
    Cause("portal.rules", "Les règles de la boutique « {shop} » sont invalides : {message}",
          "The rules of the shop “{shop}” are invalid: {message}", "agency"),
    Cause("portal.no_sage", "Ce client n’a pas encore de connexion Sage.", "This client has no Sage connection yet.", "agency"),
    Cause("portal.no_shop", "Ce client n’a pas encore de boutique active.", "This client has no active shop yet.", "agency"),
    Cause("portal.disk_full", "Le disque du serveur du portail est plein.", "The portal server's disk is full.", "agency", True),
    Cause("portal.database", "La base du portail n’était pas disponible : le travail reprendra de lui-même.",
          "The portal's database was not available: the work will go on by itself.", "nobody", True),
    Cause("portal.worker_died", "Le processus qui faisait ce travail s’est arrêté ; il est repris automatiquement (essai {attempt}).",
          "The process doing this work stopped; it is taken up again by itself (attempt {attempt}).", "nobody", True),
    Cause("portal.too_many_attempts", "Ce travail s’est arrêté brutalement {attempts} fois : il n’est plus relancé sans une personne.",
          "This work stopped abruptly {attempts} times: it is not started again without a person.", "agency"),
    Cause("portal.cancelled", "Arrêté à la demande de {person}.", "Stopped at the request of {person}.", "nobody"),
    Cause("portal.unexpected", "Une erreur imprévue est survenue ({error}). Elle est consignée pour l’agence.",
          "An unexpected error happened ({error}). It is recorded for the agency.", "agency", True),
    Cause("brake.hidden", "{count} produits sur {total} seraient masqués (limite : {limit} %). Rien n’a été écrit.",
          "{count} products of {total} would be hidden (limit: {limit} %). Nothing was written.", "client"),
    Cause("brake.prices", "{count} prix sur {total} bougeraient de plus de {move} % (limite : {limit} %). Rien n’a été écrit.",
          "{count} prices of {total} would move by more than {move} % (limit: {limit} %). Nothing was written.", "client"),
    Cause("brake.stock_zero", "{count} stocks sur {total} passeraient à zéro (limite : {limit} %). Rien n’a été écrit.",
          "{count} stocks of {total} would go to zero (limit: {limit} %). Nothing was written.", "client"),
    Cause("brake.deletions", "{count} éléments sur {total} seraient supprimés de la boutique ({kind}, limite : {limit} %). Rien n’a été écrit.",
          "{count} items of {total} would be deleted from the shop ({kind}, limit: {limit} %). Nothing was written.", "client"),
    Cause("brake.fewer_rows", "Sage n’a donné que {count} lignes de « {stream} » au lieu de {before} : rien n’a été écrit.",
          "Sage gave only {count} rows of “{stream}” instead of {before}: nothing was written.", "client"),
]


def _catalogue() -> dict[str, Cause]:
    causes = {cause.code: cause for cause in _CONNECTOR_AND_ENGINE}
    for code, (fr, en, who) in MAPPING_CAUSES.items():
        causes[code] = Cause(code, fr, en, who)
    return causes


CAUSES: dict[str, Cause] = _catalogue()


def register(causes: Mapping[str, tuple[str, str, str]]) -> None:
    """Add the causes of a package that stands above this one (orders): code -> (French, English, who)."""
    for code, (fr, en, who) in causes.items():
        CAUSES[code] = Cause(code, fr, en, who)


def describe(code: str, facts: Mapping[str, str] | None = None, language: str | None = None) -> CauseText:
    """The cause told in the given (or current) language, its facts filled in; a missing fact shows as "?"."""
    cause = CAUSES.get(code) or Cause(code, "Erreur {code}", "Error {code}", "agency")
    french = (language or get_language() or "fr").startswith("fr")
    values = {"code": code, **(facts or {})}
    names = {name for _text, name, _spec, _conversion in Formatter().parse(cause.fr + cause.en) if name}
    sentence = (cause.fr if french else cause.en).format(**{name: values.get(name, "?") for name in names})
    return CauseText(code, sentence, WHO[cause.who][0 if french else 1], cause.retryable, cause.anchor)
