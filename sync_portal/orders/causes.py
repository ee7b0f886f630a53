"""Why an order waits, told as a sales assistant would: code -> (French, English, who can mend it).

Each is produced by a test; the engine's catalogue (`sync_portal.sync.causes`) shows them with their facts.
"""

from __future__ import annotations

CAUSES: dict[str, tuple[str, str, str]] = {
    "orders.state_not_accepted": (
        "La commande est à l’état « {state} » dans la boutique, qui n’entre pas encore dans Sage (paiement attendu, "
        "refusé ou annulé). Elle entrera d’elle-même quand cet état changera ; sinon ajoutez-le aux états acceptés.",
        "The order is in the state “{state}” in the shop, which does not enter Sage yet (payment awaited, refused or "
        "cancelled). It will enter by itself when its state changes; otherwise add this state to the accepted ones.",
        "sales",
    ),
    "orders.money_difference": (
        "Les montants ne tombent pas juste : {shop} € d’un côté, {computed} € de l’autre ({difference} €, contrôle "
        "« {row} »). Corrigez la commande dans la boutique ou saisissez-la à la main dans Sage.",
        "The amounts do not add up: {shop} € on one side, {computed} € on the other ({difference} €, check “{row}”). "
        "Correct the order in the shop, or enter it in Sage by hand.",
        "sales",
    ),
    "orders.tax_difference": (
        "La TVA ne tombe pas juste : la boutique compte {shop} €, les taux de la commande donnent {computed} € "
        "({difference} €). Vérifiez les règles de taxe de la boutique.",
        "The VAT does not add up: the shop counts {shop} €, the order's rates make {computed} € ({difference} €). "
        "Check the shop's tax rules.",
        "sales",
    ),
    "orders.payment_difference": (
        "Les paiements reçus ({computed} €) ne correspondent pas à la commande ({difference} € d’écart) : payée deux "
        "fois, ou remboursée ? Réglez-le dans la boutique, puis relancez.",
        "The payments received ({computed} €) do not fit the order ({difference} € apart): paid twice, or paid back? "
        "Settle it in the shop, then try again.",
        "sales",
    ),
    "orders.no_lines": (
        "La commande n’a aucun article. Il n’y a rien à écrire dans Sage : vérifiez-la dans la boutique.",
        "The order has no product. There is nothing to write into Sage: check it in the shop.",
        "sales",
    ),
    "orders.unknown_article": (
        "« {name} » (référence « {reference} ») ne correspond à aucun article de Sage. Créez l’article ou corrigez sa "
        "référence, puis relancez.",
        "“{name}” (reference “{reference}”) matches no article of Sage. Create the article or correct its reference, "
        "then try again.",
        "sales",
    ),
    "orders.unknown_combination": (
        "L’article « {reference} » se vend par gammes dans Sage, et la commande ne dit pas laquelle (« {name} »). "
        "Republiez ses déclinaisons, puis relancez.",
        "The article “{reference}” is sold by variants in Sage, and the order does not say which (“{name}”). Publish "
        "its combinations again, then try again.",
        "sales",
    ),
    "orders.article_asleep": (
        "L’article « {reference} » est en sommeil dans Sage. Réveillez-le ou remplacez-le dans la commande, puis "
        "relancez.",
        "The article “{reference}” is asleep in Sage. Wake it up or replace it in the order, then try again.",
        "sales",
    ),
    "orders.no_shipping_article": (
        "Aucun article Sage n’est choisi pour les frais de port ({amount} € dans cette commande). Choisissez-le dans "
        "les règles des commandes.",
        "No Sage article is chosen for shipping fees ({amount} € in this order). Choose it in the order rules.",
        "agency",
    ),
    "orders.no_discount_article": (
        "Aucun article Sage n’est choisi pour les bons de réduction (« {name} », {amount} €). Choisissez-le dans les "
        "règles des commandes.",
        "No Sage article is chosen for vouchers (“{name}”, {amount} €). Choose it in the order rules.",
        "agency",
    ),
    "orders.unknown_tax": (
        "« {name} » est vendu à {rate} % de TVA dans la boutique, et Sage n’a pas cette taxe pour « {reference} » "
        "(catégorie comptable {category}). Alignez la taxe de l’article, puis relancez.",
        "“{name}” is sold at {rate}% VAT in the shop, and Sage does not have that tax for “{reference}” (accounting "
        "category {category}). Align the article's tax, then try again.",
        "agency",
    ),
    "orders.unknown_payment": (
        "Le paiement « {payment} » (module {module}) n’a pas de mode de règlement Sage. Associez-le dans les règles "
        "des commandes.",
        "The payment “{payment}” (module {module}) has no Sage payment mode. Map it in the order rules.",
        "agency",
    ),
    "orders.unknown_carrier": (
        "Le transporteur « {carrier} » n’a pas de mode d’expédition Sage. Associez-le dans les règles des commandes.",
        "The carrier “{carrier}” has no Sage shipping mode. Map it in the order rules.",
        "agency",
    ),
    "orders.unknown_currency": (
        "La commande est en {currency} ; seules les commandes en {expected} entrent dans Sage. Saisissez-la à la main.",
        "The order is in {currency}; only orders in {expected} enter Sage. Enter it by hand.",
        "sales",
    ),
    "orders.customer_blocked": (
        "Le compte « {number} » ({name}) est bloqué ou en sommeil dans Sage. Débloquez-le ou réglez l’affaire avec la "
        "comptabilité, puis relancez.",
        "The account “{number}” ({name}) is blocked or asleep in Sage. Unblock it or settle it with the accountants, "
        "then try again.",
        "sales",
    ),
    "orders.several_customers": (
        "L’adresse {email} est celle de plusieurs comptes Sage ({numbers}). Laissez-la sur le bon compte seulement, "
        "puis relancez.",
        "The address {email} belongs to several Sage accounts ({numbers}). Leave it on the right one only, then try "
        "again.",
        "sales",
    ),
    "orders.unknown_customer": (
        "Le compte « {number} » lié à {buyer} n’existe plus dans Sage. Recréez-le ou retirez le lien, puis relancez.",
        "The account “{number}” linked to {buyer} no longer exists in Sage. Create it again or remove the link, then "
        "try again.",
        "sales",
    ),
    "orders.no_generic_account": (
        "Le compte client générique « {number} » n’existe pas dans Sage ou n’est pas choisi. Indiquez-le dans les "
        "règles des commandes.",
        "The generic customer account “{number}” does not exist in Sage or is not chosen. Give it in the order rules.",
        "agency",
    ),
    "orders.no_depot": (
        "Sage n’a pas le dépôt {depot} des règles des commandes, ou aucun dépôt principal. Choisissez le dépôt.",
        "Sage does not have the depot {depot} of the order rules, or no main depot. Choose the depot.",
        "agency",
    ),
    "orders.gone": (
        "La commande n’existe plus dans la boutique. Rien n’a été écrit dans Sage.",
        "The order no longer exists in the shop. Nothing was written into Sage.",
        "sales",
    ),
    # Notes on orders that did enter: nothing to do, but nothing hidden either.
    "orders.note_text": (
        "Texte adapté pour Sage ({place}) : « {wanted} » est devenu « {kept} ».",
        "Text adapted for Sage ({place}): “{wanted}” became “{kept}”.",
        "nobody",
    ),
    "orders.note_entered_with_tax": (
        "Saisie en prix TTC, bien que le tarif du compte soit HT : en HT, le total aurait différé de {difference} €.",
        "Entered with tax, although the account's tariff is without: without tax, the total would have been "
        "{difference} € off.",
        "nobody",
    ),
    "orders.note_repeated_payment": (
        "La boutique a enregistré le même paiement plusieurs fois (lignes {ids}) : il n’est compté qu’une fois.",
        "The shop recorded the same payment more than once (rows {ids}): it is counted once.",
        "nobody",
    ),
}
