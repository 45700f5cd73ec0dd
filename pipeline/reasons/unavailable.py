"""What is out of reach for the moment, so that nobody need act?"""

from pipeline.text import Text

UNAVAILABLE: dict[str, Text] = {
    "store_unreachable": Text(
        "The object store does not answer. It will be tried again by itself.",
        "Le stockage d'objets ne répond pas. Un nouvel essai se fera tout seul.",
    ),
    "inbox_unreachable": Text(
        "The server of an inbox does not answer. What lies there waits, and is fetched when it answers again.",
        "Le serveur d'une boîte de dépôt ne répond pas. Ce qui s'y trouve attend d'être pris à son retour.",
    ),
    "inbox_refused": Text(
        "The server of an inbox refuses us ({answer}). Check its bucket and the settings SONORELAY_INBOX_S3_*.",
        "Le serveur d'une boîte de dépôt nous refuse ({answer}). Vérifiez le compartiment et SONORELAY_INBOX_S3_*.",
    ),
    "disk_full": Text(
        "The disk has no room left. Nothing more is taken in until there is; what was sent waits where it is.",
        "Le disque n'a plus de place. Plus rien n'est pris en charge d'ici là ; ce qui a été envoyé attend sur place.",
    ),
    "handed_over": Text(
        "This project was handed over. Nothing is taken in here any more; send to the installation that goes on.",
        "Ce projet a été transmis. Plus rien n'est reçu ici ; envoyez à l'installation qui en a pris la suite.",
    ),
    "mail_unreachable": Text(
        "The mail server cannot be reached. We try again.",
        "Le serveur de messagerie est injoignable. Nous réessayons.",
    ),
    "catalogue_unreachable": Text(
        "The catalogue does not answer. It will be tried again by itself.",
        "Le catalogue ne répond pas. Un nouvel essai se fera tout seul.",
    ),
    "catalogue_away": Text(
        "The catalogue does not answer, or does not let us in. See that its database runs, and SONORELAY_DATABASE_URL.",
        "Le catalogue ne répond pas ou nous refuse l'accès. Vérifiez que sa base tourne, et SONORELAY_DATABASE_URL.",
    ),
    "headquarters_unreachable": Text(
        "Headquarters do not answer. Nothing is lost: the exchange goes on where it stopped, at the next attempt.",
        "Le siège ne répond pas. Rien n'est perdu : l'échange reprendra là où il s'est arrêté, au prochain essai.",
    ),
    "headquarters_refused": Text(
        "Headquarters refuse the exchange ({answer}). Make a new token there and set SONORELAY_SYNC_TOKEN.",
        "Le siège refuse l'échange ({answer}). Créez-y un nouveau jeton et réglez SONORELAY_SYNC_TOKEN.",
    ),
    "headquarters_differ": Text(
        "Headquarters speak another version of the exchange. Update both installations.",
        "Le siège parle une autre version de l'échange. Mettez à jour les deux installations.",
    ),
    "sync_not_set": Text(
        "No headquarters are named. Set SONORELAY_SYNC_URL and SONORELAY_SYNC_TOKEN.",
        "Aucun siège n'est indiqué. Réglez SONORELAY_SYNC_URL et SONORELAY_SYNC_TOKEN.",
    ),
    "object_missing": Text(
        "An object that the catalogue knows is not in the store. It will be looked for again by itself.",
        "Un objet connu du catalogue manque dans le stockage. Une nouvelle recherche se fera toute seule.",
    ),
    "service_down": Text(
        "The program '{name}' has stopped or does not start. Its messages are in {log}.",
        "Le programme « {name} » s'est arrêté ou ne démarre pas. Ses messages sont dans {log}.",
    ),
    "object_damaged": Text(
        "An object in the store no longer has the bytes that were put there. Restore it from the backup.",
        "Un objet du stockage n'a plus les octets qui y ont été déposés. Restaurez-le depuis la sauvegarde.",
    ),
    "second_copy_away": Text(
        "The second copy of the objects is not at {place}. Connect its disk; if this is a new one, see originals.md.",
        "La seconde copie des objets n'est pas dans {place}. Branchez son disque ; neuf : voir originals.fr.md.",
    ),
    "original_deleted": Text(
        "The original file was deleted when its term was over. What was made of it stays as it is.",
        "Le fichier d'origine a été supprimé au terme de sa conservation. Ce qui en a été tiré reste tel quel.",
    ),
    "vault_key_missing": Text(
        "The key that opens this object ({key}) is not on this machine. Bring it with sonorelay key import.",
        "La clé qui ouvre cet objet ({key}) n'est pas sur cette machine. Apportez-la avec sonorelay key import.",
    ),
}
