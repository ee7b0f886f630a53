"""What goes wrong between us and the two systems, told: code -> (French, English, who can mend it).

``{names}`` are the facts of the error that carries the code. `sync_portal.sync.causes` is the whole catalogue.
"""

from __future__ import annotations

CAUSES: dict[str, tuple[str, str, str]] = {
    "sage.unreachable": (
        "Sage ne répond pas à l’adresse « {server} ». Vérifiez que le serveur est allumé et joignable.",
        "Sage does not answer at “{server}”. Check that the server is on and reachable.",
        "sage",
    ),
    "sage.timeout": (
        "Sage n’a pas répondu dans le temps prévu ({seconds} s).",
        "Sage did not answer in time ({seconds} s).",
        "nobody",
    ),
    "sage.wrong_password": (
        "Sage refuse l’utilisateur « {user} » : mot de passe ou droits à corriger dans la connexion.",
        "Sage refuses the user “{user}”: correct the password or its rights in the connection.",
        "agency",
    ),
    "sage.unknown_database": (
        "La base « {database} » n’existe pas sur ce serveur Sage.",
        "The database “{database}” does not exist on this Sage server.",
        "agency",
    ),
    "sage.driver_missing": (
        "Le pilote ODBC « {driver} » n’est pas installé sur le serveur du portail.",
        "The ODBC driver “{driver}” is not installed on the portal's server.",
        "agency",
    ),
    "sage.missing_table": (
        "La table « {table} » manque dans la base Sage, ou l’utilisateur n’a pas le droit de la lire.",
        "The table “{table}” is missing from the Sage database, or the user may not read it.",
        "sage",
    ),
    "sage.missing_column": (
        "La colonne « {column} » manque dans la base Sage.",
        "The column “{column}” is missing from the Sage database.",
        "agency",
    ),
    "sage.permission_denied": (
        "L’utilisateur Sage n’a pas le droit de faire cela sur « {table} ».",
        "The Sage user is not allowed to do this on “{table}”.",
        "sage",
    ),
    "sage.locked": (
        "L’enregistrement est ouvert par quelqu’un dans Sage : nouvel essai automatique.",
        "Somebody has the record open in Sage: it will be tried again by itself.",
        "nobody",
    ),
    "sage.deadlock": (
        "Sage était occupé (verrou croisé) : nouvel essai automatique.",
        "Sage was busy (deadlock): it will be tried again by itself.",
        "nobody",
    ),
    "sage.connection_lost": (
        "La connexion à Sage a été coupée pendant le travail.",
        "The connection to Sage was cut during the work.",
        "nobody",
    ),
    "sage.incomplete_read": (
        "Sage compte {counted} lignes de « {stream} » mais n’en a donné que {count} : la lecture est à refaire, rien "
        "n’est tenu pour supprimé.",
        "Sage counts {counted} rows of “{stream}” but gave only {count}: they are to be read again, nothing is taken "
        "for deleted.",
        "nobody",
    ),
    "sage.constraint": (
        "Sage refuse l’enregistrement : il contredit une règle de la base ({rule}).",
        "Sage refuses the record: it breaks a rule of the database ({rule}).",
        "agency",
    ),
    "sage.too_long": (
        "Sage refuse une valeur trop longue pour « {column} » : {value}",
        "Sage refuses a value that is too long for “{column}”: {value}",
        "agency",
    ),
    "sage.trigger_refused": (
        "Sage refuse l’enregistrement (contrôle {number}) : {message}",
        "Sage refuses the record (check {number}): {message}",
        "agency",
    ),
    "sage.disk_full": (
        "Le disque du serveur Sage est plein.",
        "The Sage server's disk is full.",
        "sage",
    ),
    "sage.write_disabled": (
        "L’écriture dans Sage n’est pas autorisée pour ce client : activez-la dans la connexion Sage.",
        "Writing into Sage is not allowed for this client: switch it on in the Sage connection.",
        "agency",
    ),
    "sage.unknown_article": (
        "L’article « {reference} » de la commande n’existe pas dans Sage.",
        "The article “{reference}” of the order does not exist in Sage.",
        "sales",
    ),
    "sage.unknown_customer": (
        "Le compte client « {number} » n’existe pas dans Sage.",
        "The customer account “{number}” does not exist in Sage.",
        "sales",
    ),
    "sage.customer_blocked": (
        "Le compte client « {number} » est bloqué ou en sommeil dans Sage.",
        "The customer account “{number}” is blocked or asleep in Sage.",
        "sales",
    ),
    "sage.customer_exists": (
        "Le numéro de compte « {number} » est déjà pris dans Sage : choisissez-en un autre.",
        "The account number “{number}” is already taken in Sage: choose another one.",
        "agency",
    ),
    "sage.no_counter": (
        "Sage n’a pas de numéro de pièce libre pour la souche {souche} : vérifiez-la dans les paramètres de Sage, ou "
        "choisissez-en une autre dans les règles des commandes.",
        "Sage has no free document number in the series {souche}: check it in Sage's settings, or choose another one "
        "in the order rules.",
        "sage",
    ),
    "sage.bad_setting": (
        "Le réglage « {setting} » ne convient pas à Sage : « {value} ».",
        "The setting “{setting}” does not suit Sage: “{value}”.",
        "agency",
    ),
    "sage.unreadable_value": (
        "La colonne {column} de {table} contient une valeur illisible dans Sage : « {value} ». Corrigez la fiche.",
        "The column {column} of {table} holds a value that cannot be read in Sage: “{value}”. Correct the record.",
        "sage",
    ),
    "sage.written_differs": (
        "Ce qui a été relu dans Sage diffère de ce qui devait être écrit ({what}) : rien n’a été gardé.",
        "What was read back from Sage differs from what was to be written ({what}): nothing was kept.",
        "agency",
    ),
    "sage.failed": (
        "Sage a répondu par une erreur inattendue : {message}",
        "Sage answered with an unexpected error: {message}",
        "agency",
    ),
    "shop.another_shop": (
        "À l’adresse {url}, la boutique n’est plus celle que le portail connaît sous le nom « {shop} » : {count} de "
        "ses {total} articles y sont. Déclarez-la sous un autre nom, ou remettez l’ancienne adresse.",
        "At the address {url} the shop is not the one that the portal knows as “{shop}” any more: {count} of its "
        "{total} products are there. Declare it under another name, or put the old address back.",
        "agency",
    ),
    "shop.unreachable": (
        "La boutique ne répond pas à l’adresse {url}.",
        "The shop does not answer at {url}.",
        "shop",
    ),
    "shop.timeout": (
        "La boutique n’a pas répondu dans le temps prévu ({seconds} s).",
        "The shop did not answer in time ({seconds} s).",
        "nobody",
    ),
    "shop.wrong_domain": (
        "{url} n’est pas l’adresse configurée de la boutique : elle renvoie vers {location}.",
        "{url} is not the shop's configured address: it redirects to {location}.",
        "agency",
    ),
    "shop.forbidden_address": (
        "L’adresse {address} n’est pas autorisée : réseau privé ou réservé. Cochez « réseau privé » dans la connexion "
        "si la boutique s’y trouve vraiment.",
        "The address {address} is not allowed: private or reserved network. Tick “on a private network” in the "
        "connection if the shop really is there.",
        "agency",
    ),
    "shop.wrong_url": (
        "L’adresse de la boutique ({host}) n’est pas utilisable : écrivez-la https://boutique.example, sans clé ni "
        "identifiant dedans.",
        "The shop's address ({host}) cannot be used: write it https://shop.example, with no key or user in it.",
        "agency",
    ),
    "shop.no_webservice": (
        "À l’adresse {url}, aucun webservice PrestaShop ne répond : vérifiez l’adresse de la boutique et que son "
        "webservice est accessible.",
        "No PrestaShop webservice answers at {url}: check the shop's address and that its webservice can be reached.",
        "agency",
    ),
    "shop.unknown_time_zone": (
        "La boutique est réglée sur un fuseau horaire inconnu, « {zone} » : corrigez-le dans ses réglages.",
        "The shop is set to an unknown time zone, “{zone}”: correct it in its settings.",
        "shop",
    ),
    "shop.wrong_key": (
        "La boutique ne reconnaît pas la clé du webservice.",
        "The shop does not recognise the webservice key.",
        "agency",
    ),
    "shop.key_inactive": (
        "La clé du webservice est inactive ou sans droits dans la boutique.",
        "The webservice key is inactive or has no rights in the shop.",
        "shop",
    ),
    "shop.no_right": (
        "La clé du webservice n’a pas le droit {verb} sur « {resource} » : cochez-le dans la boutique.",
        "The webservice key lacks the right {verb} on “{resource}”: tick it in the shop.",
        "shop",
    ),
    "shop.disabled": (
        "Le webservice est désactivé dans la boutique.",
        "The webservice is switched off in the shop.",
        "shop",
    ),
    "shop.busy": (
        "La boutique est momentanément surchargée ({status}).",
        "The shop is busy for the moment ({status}).",
        "nobody",
    ),
    "shop.quiet_hours": (
        "La boutique est dans ses heures calmes : rien n’y est écrit avant {until}, puis cela reprend tout seul.",
        "The shop is in its quiet hours: nothing is written to it before {until}, then it goes on by itself.",
        "nobody",
    ),
    "shop.not_xml": (
        "La boutique n’a pas répondu en XML ({content_type}) : « {first} »",
        "The shop did not answer in XML ({content_type}): “{first}”",
        "shop",
    ),
    "shop.empty_500": (
        "La boutique a échoué sans dire pourquoi (erreur 500 vide) en traitant cet enregistrement.",
        "The shop failed without saying why (empty error 500) on this record.",
        "shop",
    ),
    "shop.saved_with_warning": (
        "La boutique a enregistré, mais avec un avertissement : {message}",
        "The shop saved it, but with a warning: {message}",
        "shop",
    ),
    "shop.invalid_value": (
        "La boutique refuse la valeur « {value} » du champ {field} : {message}",
        "The shop refuses the value “{value}” of the field {field}: {message}",
        "sales",
    ),
    "shop.missing_field": (
        "La boutique exige le champ {field}.",
        "The shop requires the field {field}.",
        "agency",
    ),
    "shop.unknown_id": (
        "L’élément n° {id} ({resource}) n’existe plus dans la boutique.",
        "Item {id} ({resource}) no longer exists in the shop.",
        "sales",
    ),
    "shop.duplicate_key": (
        "La boutique a déjà un enregistrement avec la même clé ({resource}).",
        "The shop already has a record with the same key ({resource}).",
        "agency",
    ),
    "shop.refused": (
        "La boutique a refusé l’enregistrement : {message}",
        "The shop refused the record: {message}",
        "agency",
    ),
    "shop.answer_too_big": (
        "La réponse de la boutique dépasse la taille admise ({limit}).",
        "The shop's answer is larger than allowed ({limit}).",
        "agency",
    ),
    "shop.no_tax_rule": (
        "La boutique n’a pas de règle de taxe à {rate} % : créez-la, ou corrigez la TVA de l’article.",
        "The shop has no tax rule of {rate}%: create it, or correct the article's VAT.",
        "shop",
    ),
    "shop.missing_reference": (
        "Cet enregistrement attend « {key} » ({kind}), qui n’est pas encore dans la boutique.",
        "This record waits for “{key}” ({kind}), which is not in the shop yet.",
        "nobody",
    ),
    "shop.not_confirmed": (
        "La boutique ne contient pas ce qui a été envoyé : {field} vaut « {found} » au lieu de « {sent} ».",
        "The shop does not hold what was sent: {field} is “{found}” instead of “{sent}”.",
        "agency",
    ),
    "shop.adoption_uncertain": (
        "« {value} » est peut-être déjà dans la boutique (fiches possibles : {count}). Dites laquelle, ou aucune, "
        "avant tout envoi.",
        "“{value}” may be in the shop already (possible records: {count}). Say which one, or none, before anything is "
        "sent.",
        "sales",
    ),
    "image.too_big": (
        "La photo « {file} » dépasse la taille admise par la boutique et n’a pas pu être réduite.",
        "The photo “{file}” is larger than the shop allows and could not be reduced.",
        "sales",
    ),
    "image.unreadable": (
        "Le fichier « {file} » n’est pas une image lisible : remplacez-le.",
        "The file “{file}” is not a readable image: replace it.",
        "sales",
    ),
    "shop.image_refused": (
        "La boutique n’a pas pu lire la photo envoyée : {message}",
        "The shop could not read the photo it was sent: {message}",
        "sales",
    ),
}
