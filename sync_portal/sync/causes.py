"""The catalogue of causes: every failure has a code, a sentence with the real value, and who can mend it.

Each package that finds causes keeps its own in a `causes.py` beside the code that raises them; this module gathers
them, adds those of the engine, and turns a code with its facts into a sentence. A test produces each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from django.utils.translation import get_language

from connectors.causes import CAUSES as CONNECTOR_CAUSES
from mapping.causes import CAUSES as MAPPING_CAUSES

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

    @property
    def heals(self) -> bool:
        """Nobody has to do anything about it."""
        return self.code in CAUSES and CAUSES[self.code].who == "nobody"


_ENGINE: dict[str, tuple[str, str, str]] = {
    "portal.credentials_key": (
        "Les secrets enregistrés ne peuvent pas être lus : la clé {setting} du serveur a changé.",
        "The stored secrets cannot be read: the server's {setting} has changed.",
        "agency",
    ),
    "portal.rules": (
        "Les règles de la boutique « {shop} » sont invalides : {message}",
        "The rules of the shop “{shop}” are invalid: {message}",
        "agency",
    ),
    "portal.no_sage": (
        "Ce client n’a pas encore de connexion Sage.",
        "This client has no Sage connection yet.",
        "agency",
    ),
    "portal.no_shop": (
        "Ce client n’a pas encore de boutique active.",
        "This client has no active shop yet.",
        "agency",
    ),
    "portal.disk_full": (
        "Le disque du serveur du portail est plein.",
        "The portal server's disk is full.",
        "agency",
    ),
    "portal.database": (
        "La base du portail n’était pas disponible : le travail reprendra de lui-même.",
        "The portal's database was not available: the work will go on by itself.",
        "nobody",
    ),
    "portal.worker_died": (
        "Le processus qui faisait ce travail s’est arrêté ; il est repris automatiquement (essai {attempt}).",
        "The process doing this work stopped; it is taken up again by itself (attempt {attempt}).",
        "nobody",
    ),
    "portal.too_many_attempts": (
        "Ce travail s’est arrêté brutalement {attempts} fois : il n’est plus relancé sans une personne.",
        "This work stopped abruptly {attempts} times: it is not started again without a person.",
        "agency",
    ),
    "portal.cancelled": (
        "Arrêté par {person}.",
        "Stopped by {person}.",
        "nobody",
    ),
    "portal.unexpected": (
        "Une erreur imprévue est survenue ({error}). Elle est consignée pour l’agence.",
        "An unexpected error happened ({error}). It is recorded for the agency.",
        "agency",
    ),
    "engine.derivation_drift": (
        "Le contrôle complet a trouvé {count} articles que les passages partiels n’avaient pas vus changer (par "
        "exemple {example}). Ils sont remis en ordre.",
        "The complete check found {count} articles whose change the partial runs had not seen ({example}, for "
        "example). They are put right.",
        "agency",
    ),
    "brake.hidden": (
        "{count} produits sur {total} seraient masqués (limite : {limit} %).",
        "{count} products of {total} would be hidden (limit: {limit}%).",
        "client",
    ),
    "brake.prices": (
        "{count} prix sur {total} bougeraient de plus de {move} % (limite : {limit} %).",
        "{count} prices of {total} would move by more than {move}% (limit: {limit}%).",
        "client",
    ),
    "brake.stock_zero": (
        "{count} stocks sur {total} passeraient à zéro (limite : {limit} %).",
        "{count} stocks of {total} would go to zero (limit: {limit}%).",
        "client",
    ),
    "brake.closed": (
        "{count} comptes clients sur {total} seraient désactivés (limite : {limit} %).",
        "{count} customer accounts of {total} would be deactivated (limit: {limit}%).",
        "client",
    ),
    "brake.deletions": (
        "{count} éléments sur {total} seraient supprimés de la boutique ({kind}, limite : {limit} %).",
        "{count} items of {total} would be deleted from the shop ({kind}, limit: {limit}%).",
        "client",
    ),
    "brake.fewer_rows": (
        "Sage n’a donné que {count} lignes de « {stream} » au lieu de {before}.",
        "Sage gave only {count} rows of “{stream}” instead of {before}.",
        "client",
    ),
    "schedule.waits": (
        "L’exécution {run} attend et fait exactement ce que quelqu’un a choisi : celle du planning est demandée dès "
        "qu’elle a commencé.",
        "Run {run} waits and does exactly what somebody chose: that of the schedule is asked for once it has begun.",
        "nobody",
    ),
    "schedule.rhythm": (
        "Le rythme « {cron} » ne peut pas être suivi : rien ne part avant que le planning soit corrigé.",
        "The rhythm “{cron}” cannot be followed: nothing starts before the schedule is corrected.",
        "agency",
    ),
    "mail.failed": (
        "Le serveur de courrier n’a pas pris le message d’alerte : {reason}.",
        "The mail server did not take the alert: {reason}.",
        "agency",
    ),
    "webhook.failed": (
        "L’adresse d’alerte (webhook) n’a pas pris le message : {reason}.",
        "The alert address (webhook) did not take the message: {reason}.",
        "agency",
    ),
    "shop.conflict": (
        "« {label} » : le champ {field} a été changé dans la boutique et aussi dans Sage. Choisissez la bonne valeur.",
        "“{label}”: the field {field} was changed in the shop and in Sage as well. Choose the right value.",
        "sales",
    ),
    "drift.changed": (
        "« {label} » a été modifié dans la boutique (champ {field}). Choisissez : garder, remettre la valeur de Sage, "
        "ou ignorer.",
        "“{label}” was changed in the shop (field {field}). Choose: keep it, put Sage’s value back, or ignore.",
        "sales",
    ),
    "drift.orphan": (
        "« {reference} » (n° {id}) est dans la boutique mais ne vient pas de Sage. Choisissez : propre à la "
        "boutique, un article de Sage, ou à masquer.",
        "“{reference}” (no. {id}) is in the shop but does not come from Sage. Choose: the shop’s own, an article of "
        "Sage, or to be hidden.",
        "sales",
    ),
    "drift.price": (
        "« {label} » a dans la boutique un prix qui ne vient pas de Sage : {amount} (n° {id}). Choisissez : propre à "
        "la boutique, à supprimer, ou à ignorer tant qu’il reste le même.",
        "“{label}” has a price in the shop that does not come from Sage: {amount} (no. {id}). Choose: the shop’s own, "
        "to be deleted, or to be ignored while it stays the same.",
        "sales",
    ),
    "drift.price_of_all": (
        "La boutique a un prix pour tous les articles qui ne vient pas de Sage : {amount} (n° {id}). Changez-le dans "
        "la boutique, ou dites qu’il lui est propre.",
        "The shop has a price for all products that does not come from Sage: {amount} (no. {id}). Change it in the "
        "shop, or say that it is its own.",
        "sales",
    ),
    "drift.changed_since": (
        "« {label} » n’est pas supprimé : le champ {field} a changé dans la boutique depuis la réponse. La prochaine "
        "vérification de la boutique repose la question.",
        "“{label}” is not deleted: the field {field} was changed in the shop since the answer. The next shop check "
        "asks again.",
        "nobody",
    ),
    "undo.owner_gone": (
        "« {label} » n’est pas refait : ce dont il dépend n’est plus dans la boutique ({resource}).",
        "“{label}” is not made again: what it belongs to is not in the shop any more ({resource}).",
        "sales",
    ),
    "undo.place_taken": (
        "« {label} » n’est pas refait : la boutique a maintenant un autre prix (n° {id}) pour les mêmes acheteurs, la "
        "même quantité et la même période.",
        "“{label}” is not made again: the shop has another price (no. {id}) by now for the same buyers, quantity and "
        "time.",
        "sales",
    ),
    "undo.changed_since": (
        "« {label} » n’est pas remis en arrière : le champ {field} a encore changé depuis.",
        "“{label}” is not put back: the field {field} has changed again since.",
        "nobody",
    ),
    "undo.still_used": (
        "« {label} » reste dans la boutique : « {user} », que cette annulation masque sans le supprimer, s’en sert "
        "encore.",
        "“{label}” stays in the shop: “{user}”, which this undo hides and does not delete, still uses it.",
        "nobody",
    ),
    "undo.used_in_shop": (
        "« {label} » reste dans la boutique : on s’en sert encore ({resource}, n° {id}).",
        "“{label}” stays in the shop: it is still in use ({resource}, no. {id}).",
        "agency",
    ),
    "undo.cannot_tell": (
        "« {label} » reste dans la boutique : la clé du portail ne peut pas lire {resource}, donc rien ne dit si on "
        "s’en sert encore.",
        "“{label}” stays in the shop: the portal’s key may not read {resource}, so nothing says whether it is still in "
        "use.",
        "shop",
    ),
    "undo.no_right": (
        "« {label} » reste dans la boutique : la clé du portail n’a pas le droit de supprimer ({resource}).",
        "“{label}” stays in the shop: the portal’s key has no right to delete ({resource}).",
        "shop",
    ),
    "undo.unknown_before": (
        "« {label} » garde le champ {field} : le portail ne sait pas ce que la boutique contenait avant.",
        "“{label}” keeps the field {field}: the portal does not know what the shop held before.",
        "sales",
    ),
    "undo.deleted": (
        "« {label} » avait été supprimé : une suppression ne se défait pas, relancez le flux pour le recréer.",
        "“{label}” had been deleted: a deletion cannot be undone, run the flow to create it again.",
        "agency",
    ),
    "portal.unknown_flow": (
        "Cette version du portail n’a pas de flux « {flow} » : il ne part plus. Revenez à la version qui l’avait, ou "
        "laissez-le.",
        "This version of the portal has no flow “{flow}”: it does not start any more. Go back to the version that had "
        "it, or let it be.",
        "agency",
    ),
    "portal.plan_expired": (
        "L’aperçu n° {preview} a plus de {hours} heures : il n’est pas appliqué, les valeurs ont pu changer. "
        "Refaites-le.",
        "The preview no. {preview} is older than {hours} hours: it is not applied, values may have changed. Make it "
        "again.",
        "agency",
    ),
}

_RETRYABLE = frozenset(
    {
        "sage.unreachable",
        "sage.disk_full",
        "sage.failed",
        "shop.unreachable",
        "shop.not_xml",
        "shop.empty_500",
        "portal.disk_full",
        "portal.unexpected",
    }
)
"""Worth trying again unchanged although somebody may have to act; what "nobody" mends always is."""


def _told(causes: Mapping[str, tuple[str, str, str]]) -> dict[str, Cause]:
    return {
        code: Cause(code, fr, en, who, retryable=who == "nobody" or code in _RETRYABLE)
        for code, (fr, en, who) in causes.items()
    }


CAUSES: dict[str, Cause] = _told({**CONNECTOR_CAUSES, **MAPPING_CAUSES, **_ENGINE})


def register(causes: Mapping[str, tuple[str, str, str]]) -> None:
    """Add the causes of a package that stands above this one (orders): code -> (French, English, who)."""
    CAUSES.update(_told(causes))


def describe(code: str, facts: Mapping[str, str] | None = None, language: str | None = None) -> CauseText:
    """The cause told in the given (or current) language, its facts filled in; a missing fact shows as "?"."""
    cause = CAUSES.get(code) or Cause(code, "Erreur {code}", "Error {code}", "agency")
    french = (language or get_language() or "fr").startswith("fr")
    values = {"code": code, **(facts or {})}
    names = {name for _text, name, _spec, _conversion in Formatter().parse(cause.fr + cause.en) if name}
    sentence = (cause.fr if french else cause.en).format(**{name: values.get(name, "?") for name in names})
    return CauseText(code, sentence, WHO[cause.who][0 if french else 1], cause.retryable, cause.anchor)
