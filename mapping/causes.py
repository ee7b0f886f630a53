"""The causes that the mapping catalogue finds: code -> (French, English, who can mend it). Pure data.

The sentences speak to a sales assistant and say what to do; ``{fact}`` is filled with the real value.
"""

# ruff: noqa: E501  a sentence is one line, so that it can be searched

from __future__ import annotations

from collections.abc import Mapping

CAUSES: Mapping[str, tuple[str, str, str]] = {
    # --- why an article is not for this shop ---
    "catalogue.unpublished": (
        "« {reference} » n’est pas publié : dans Sage, cochez « Publié sur le site marchand » sur sa fiche pour le vendre.",
        "“{reference}” is not published: tick “Publié sur le site marchand” on its Sage record to sell it.",
        "sales",
    ),
    "catalogue.asleep": (
        "« {reference} » est en sommeil dans Sage : il est masqué dans la boutique. Réveillez-le pour le revendre.",
        "“{reference}” is asleep in Sage: it is hidden in the shop. Wake it up to sell it again.",
        "sales",
    ),
    "catalogue.all_combinations_asleep": (
        "Toutes les déclinaisons de « {reference} » sont en sommeil dans Sage : réveillez-en une pour le revendre.",
        "All combinations of “{reference}” are asleep in Sage: wake one up to sell it again.",
        "sales",
    ),
    "catalogue.not_sellable": (
        "« {reference} » est une ressource dans Sage (type {kind}), pas un article à vendre : rien à faire.",
        "“{reference}” is a resource in Sage (kind {kind}), not an article for sale: nothing to do.",
        "nobody",
    ),
    "catalogue.rule_left_out": (
        "Vos règles écartent « {reference} » : {column} vaut « {value} » et la règle demande {condition}. Changez Sage, ou la règle.",
        "Your rules leave “{reference}” out: {column} is “{value}” and the rule asks for {condition}. Change Sage, or the rule.",
        "sales",
    ),
    "catalogue.person_left_out": (
        "« {reference} » a été écarté de cette boutique par une personne : ouvrez sa fiche pour le remettre en vente.",
        "“{reference}” was kept out of this shop by a person: open its page to sell it again.",
        "sales",
    ),
    "catalogue.grouped": (
        "« {reference} » est vendu comme déclinaison du produit {product} : il n’a pas de page à lui. Pour l’en sortir, ouvrez ce produit.",
        "“{reference}” is sold as a combination of the product {product}: it has no page of its own. To take it out, open that product.",
        "sales",
    ),
    "catalogue.group_cell_doubled": (
        "« {reference} » et « {other} » ont les mêmes valeurs ({values}) dans le produit {product} : seul {other} est vendu. Changez une valeur.",
        "“{reference}” and “{other}” have the same values ({values}) in the product {product}: only {other} is sold. Change a value.",
        "sales",
    ),
    "catalogue.group_value_missing": (
        "« {reference} » n’a pas de valeur sur tous les axes du produit groupé {product} : il n’y est pas vendu. Complétez ses valeurs.",
        "“{reference}” has no value on every axis of the grouped product {product}: it is not sold there. Complete its values.",
        "sales",
    ),
    "catalogue.group_master_gone": (
        "L’article maître {master} du produit {reference} n’est plus dans Sage : {other} donne les textes. Choisissez un autre maître.",
        "The master article {master} of the product {reference} is no longer in Sage: {other} gives the texts. Choose another master.",
        "sales",
    ),
    # --- why an article is held ---
    "catalogue.price_zero": (
        "« {reference} » n’a aucun prix dans Sage : saisissez un prix de vente ou un tarif, il partira au prochain passage.",
        "“{reference}” has no price in Sage: enter a sale price or a tariff, it will go out with the next run.",
        "sales",
    ),
    "catalogue.no_tax": (
        "Aucune TVA pour « {reference} » : renseignez-la sur l’article ou sur sa famille {family} dans Sage (comptabilité).",
        "No VAT for “{reference}”: set it on the article or on its family {family} in Sage (accounting).",
        "sage",
    ),
    "catalogue.twin_reference": (
        "La boutique ne distingue pas « {reference} » de {twins} : renommez l’un d’eux dans Sage, ou ne publiez que le bon.",
        "The shop cannot tell “{reference}” from {twins}: rename one of them in Sage, or publish only the right one.",
        "sales",
    ),
    "catalogue.reference_refused": (
        "La boutique refuse la référence « {reference} » (caractères {characters}, ou trop longue) : changez-la dans Sage.",
        "The shop refuses the reference “{reference}” (characters {characters}, or too long): change it in Sage.",
        "sales",
    ),
    "catalogue.no_name": (
        "« {reference} » n’a pas de désignation dans Sage : saisissez-la pour le publier.",
        "“{reference}” has no label in Sage: enter one to publish it.",
        "sales",
    ),
    "catalogue.no_combination": (
        "« {reference} » a une gamme mais aucun énuméré utilisable : choisissez ses énumérés dans Sage.",
        "“{reference}” has a gamme but no usable value: choose its values in Sage.",
        "sales",
    ),
    # --- what the client's checklist asks for ---
    "catalogue.check_photo": (
        "« {reference} » n’a pas de photo, et votre liste de contrôle en demande une : ajoutez-la dans Sage, dans le dossier des photos ou sur sa page.",
        "“{reference}” has no photo, and your checklist asks for one: add it in Sage, in the photo folder or on its page.",
        "sales",
    ),
    "catalogue.check_weight": (
        "« {reference} » n’a pas de poids, et votre liste de contrôle le demande : saisissez-le dans Sage.",
        "“{reference}” has no weight, and your checklist asks for it: enter it in Sage.",
        "sales",
    ),
    "catalogue.check_category": (
        "« {reference} » n’a pas de catégorie, et votre liste de contrôle la demande : donnez-lui une place dans Sage ou sur sa page.",
        "“{reference}” has no category, and your checklist asks for one: give it a place in Sage or on its page.",
        "sales",
    ),
    "catalogue.check_description": (
        "« {reference} » n’a pas de description, et votre liste de contrôle la demande : ajoutez un texte dans Sage ou sur sa page.",
        "“{reference}” has no description, and your checklist asks for one: add a text in Sage or on its page.",
        "sales",
    ),
    "catalogue.check_short": (
        "La description de « {reference} » a {length} caractères, votre liste de contrôle en demande {least} : complétez-la dans Sage ou sur sa page.",
        "The description of “{reference}” has {length} characters, your checklist asks for {least}: complete it in Sage or on its page.",
        "sales",
    ),
    "catalogue.check_ean": (
        "« {reference} », ou l’une de ses déclinaisons, n’a pas de code-barres valable, et votre liste de contrôle le demande : saisissez-le dans Sage.",
        "“{reference}”, or one of its combinations, has no valid barcode, and your checklist asks for it: enter it in Sage.",
        "sales",
    ),
    "catalogue.check_combination_photos": (
        "Une déclinaison de « {reference} » n’a pas de photo, et votre liste de contrôle en demande une : ajoutez-la, ou cochez sur une photo qu’elle la montre.",
        "A combination of “{reference}” has no photo, and your checklist asks for one: add it, or tick on a photo that it shows it.",
        "sales",
    ),
    "catalogue.check_manufacturer": (
        "« {reference} » n’a pas de marque, et votre liste de contrôle la demande : saisissez-la dans Sage ou sur sa page.",
        "“{reference}” has no brand, and your checklist asks for one: enter it in Sage or on its page.",
        "sales",
    ),
    # --- worth a look ---
    "catalogue.shown_against_sage": (
        "« {reference} » reste en vente parce qu’une personne l’a voulu, bien que Sage dise {flag} : vérifiez que c’est toujours vrai.",
        "“{reference}” stays on sale because a person wanted it, although Sage says {flag}: check that it still holds.",
        "sales",
    ),
    "catalogue.no_family": (
        "« {reference} » n’a pas de catégorie dans Sage : il est publié à l’accueil. Donnez-lui une place.",
        "“{reference}” has no category in Sage: it is published on the home page. Give it a place.",
        "sales",
    ),
    "catalogue.kind_disagrees": (
        "« {reference} » a une gamme mais n’est pas de type « gamme » : vérifiez sa fiche dans Sage.",
        "“{reference}” has a gamme but is not of the kind “gamme”: check its record in Sage.",
        "sales",
    ),
    "catalogue.ean_invalid": (
        "Le code-barres « {ean} » de « {reference} » n’est pas un EAN valable : il n’est pas envoyé. Corrigez-le dans Sage.",
        "The barcode “{ean}” of “{reference}” is not a valid EAN: it is not sent. Correct it in Sage.",
        "sales",
    ),
    "catalogue.ean_doubled": (
        "Le code-barres {ean} de « {reference} » est porté par plusieurs articles : il n’est envoyé sur aucun. Corrigez Sage.",
        "The barcode {ean} of “{reference}” is on several articles: it is sent on none of them. Correct it in Sage.",
        "sales",
    ),
    "catalogue.combination_without_value": (
        "Une déclinaison de « {reference} » n’a pas d’énuméré dans Sage : elle n’est pas publiée. Vérifiez ses gammes.",
        "A combination of “{reference}” has no value in Sage: it is not published. Check its gammes.",
        "sales",
    ),
    "catalogue.combination_doubled": (
        "« {reference} » existe deux fois avec les mêmes énumérés : une seule est publiée. Supprimez l’autre dans Sage.",
        "“{reference}” exists twice with the same values: only one is published. Delete the other one in Sage.",
        "sales",
    ),
    "catalogue.combination_reference_refused": (
        "La boutique refuse la référence « {combination_reference} » de « {reference} » : une autre est envoyée. Corrigez Sage.",
        "The shop refuses the reference “{combination_reference}” of “{reference}”: another is sent. Correct it in Sage.",
        "sales",
    ),
    "catalogue.values_differ_by_accent": (
        "{option} : {values} ne diffèrent que par un accent. Est-ce la même valeur ? Unifiez l’orthographe dans Sage.",
        "{option}: {values} differ by an accent only. Are they one value? Make the spelling the same in Sage.",
        "sales",
    ),
    "prices.tiers_by_amount": (
        "« {reference} » a des remises par montant de ligne, que la boutique ne connaît pas : elles ne sont pas publiées.",
        "“{reference}” has discounts by line amount, which the shop does not know: they are not published.",
        "agency",
    ),
    "prices.tier_not_understood": (
        "« {reference} » a un palier dont la remise est en quantité : ce palier n’est pas publié. Exprimez-le en %.",
        "“{reference}” has a tier with a discount in quantity: this tier is not published. Express it in %.",
        "sales",
    ),
    "prices.specific_price_zero": (
        "Un tarif de « {reference} » tombe à 0 après remise : il n’est pas publié. Vérifiez ses tarifs dans Sage.",
        "A price of “{reference}” falls to 0 after discount: it is not published. Check its tariffs in Sage.",
        "sales",
    ),
    "prices.ecotax_left_out": (
        "« {reference} » porte une éco-taxe : elle n’est pas encore publiée dans la boutique, ajoutez-la à la main.",
        "“{reference}” bears an eco-tax: it is not yet published in the shop, add it by hand.",
        "agency",
    ),
    "stock.kit_component_unavailable": (
        "Le pack « {reference} » est indisponible : son composant {component} est en sommeil ou non publié dans Sage.",
        "The pack “{reference}” is unavailable: its component {component} is asleep or unpublished in Sage.",
        "sales",
    ),
    "catalogue.pack_fraction": (
        "Le pack « {reference} » contient {quantity} de {component} : la boutique ne connaît que des nombres entiers, il est vendu comme un article simple.",
        "The pack “{reference}” holds {quantity} of {component}: the shop knows whole numbers only, it is sold as a plain product.",
        "sales",
    ),
    "catalogue.pack_component_away": (
        "Le pack « {reference} » est vendu comme un article simple : son composant {component} n’est pas dans la boutique, ou sa déclinaison n’est pas dite.",
        "The pack “{reference}” is sold as a plain product: its component {component} is not in the shop, or its combination is not named.",
        "sales",
    ),
    "catalogue.pack_with_combinations": (
        "Le pack « {reference} » a des déclinaisons : la boutique ne peut pas en montrer la composition, il est vendu comme un article à déclinaisons.",
        "The pack “{reference}” has combinations: the shop cannot show what it holds, it is sold as a product with combinations.",
        "nobody",
    ),
    "catalogue.packaging_not_whole": (
        "Le conditionnement « {packaging} » de « {reference} » contient {quantity} unités : il n’est pas publié. Saisissez un nombre entier dans Sage.",
        "The packaging “{packaging}” of “{reference}” holds {quantity} units: it is not published. Enter a whole number in Sage.",
        "sales",
    ),
    # --- documents ---
    "documents.kind_refused": (
        "Le document « {path} » n’est pas d’un type que la boutique propose ({found}) : liez un PDF, un document, un tableau, un texte ou un ZIP.",
        "The document “{path}” is not of a kind that the shop offers ({found}): link a PDF, a document, a sheet, a text or a ZIP.",
        "sales",
    ),
    "documents.not_supported": (
        "Cette version de PrestaShop n’a pas de documents à télécharger (ou la clé n’y a pas droit) : « {label} » n’est pas publié.",
        "This version of PrestaShop has no documents to download (or the key may not use them): “{label}” is not published.",
        "shop",
    ),
    "documents.too_large": (
        "Le document « {path} » pèse {size} Mo, la boutique accepte {limit} Mo au plus : allégez-le.",
        "The document “{path}” weighs {size} MB, the shop takes {limit} MB at most: make it smaller.",
        "sales",
    ),
    # --- photos ---
    "media.missing_file": (
        "La photo « {path} » n’a pas été trouvée : remettez le fichier en place, ou corrigez le dossier dans la connexion Sage.",
        "The photo “{path}” was not found: put the file back, or correct the folder in the Sage connection.",
        "sales",
    ),
    "media.outside_folder": (
        "La photo « {path} » est hors du dossier des médias : corrigez son chemin dans Sage.",
        "The photo “{path}” is outside the media folder: correct its path in Sage.",
        "sales",
    ),
    "media.unreadable_file": (
        "La photo « {path} » ne peut pas être lue sur le serveur ({error}) : vérifiez les droits du fichier.",
        "The photo “{path}” cannot be read on the server ({error}): check the rights of the file.",
        "agency",
    ),
    # --- customers ---
    "customers.asleep": (
        "Le client {customer} « {name} » est en sommeil dans Sage : aucun compte n’est créé ; s’il en a un, il est désactivé, sauf règle contraire de la boutique.",
        "Customer {customer} “{name}” is asleep in Sage: no account is made; one that exists is deactivated, unless the shop's rules say otherwise.",
        "nobody",
    ),
    "customers.no_email": (
        "Le client {customer} « {name} » n’a pas d’e-mail valable ({email}) : saisissez-en un dans Sage pour créer son compte.",
        "Customer {customer} “{name}” has no valid e-mail ({email}): enter one in Sage to create the account.",
        "sales",
    ),
    "customers.email_doubled": (
        "L’e-mail {email} du client {customer} « {name} » sert à plusieurs clients : donnez à chacun le sien dans Sage.",
        "The e-mail {email} of customer {customer} “{name}” is used by several: give each one its own in Sage.",
        "sales",
    ),
    "customers.unknown_country": (
        "Le pays « {country} » du client {customer} « {name} » n’est pas dans la liste des pays de Sage : corrigez sa fiche.",
        "The country “{country}” of customer {customer} “{name}” is not in Sage's list of countries: correct the record.",
        "sales",
    ),
    "customers.address_incomplete": (
        "L’adresse du client {customer} « {name} » est incomplète : il faut au moins une rue et une ville dans Sage.",
        "The address of customer {customer} “{name}” is incomplete: Sage needs at least a street and a city.",
        "sales",
    ),
}
