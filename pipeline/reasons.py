"""Why was a file refused or withheld: what happened, and what to do, in both languages.

Every code that an error of this project carries stands here, so that no message is without its translation.
"""

from pipeline.text import Text

REASONS: dict[str, Text] = {
    # Rejected: the sender acts
    "empty": Text(
        "The file is empty. Copy it from the device again.",
        "Le fichier est vide. Copiez-le de nouveau depuis l'appareil.",
    ),
    "unknown_kind": Text(
        "This is neither DICOM nor a video nor a picture. Send the file that the device exports.",
        "Ce n'est ni du DICOM, ni une vidéo, ni une image. Envoyez le fichier exporté par l'appareil.",
    ),
    "archive": Text(
        "This is a compressed archive. Unpack it and send the files that it holds.",
        "C'est une archive compressée. Décompressez-la et envoyez les fichiers qu'elle contient.",
    ),
    "archive_damaged": Text(
        "The archive is damaged or incomplete, and nothing was taken out of it. Pack it again and send it again.",
        "L'archive est endommagée ou incomplète, et rien n'en a été extrait. Recréez-la et renvoyez-la.",
    ),
    "archive_encrypted": Text(
        "The archive is locked with a password. Pack it again without one.",
        "L'archive est protégée par un mot de passe. Recréez-la sans mot de passe.",
    ),
    "archive_method": Text(
        "The archive is packed in an unusual way. Pack fewer files at once, with the usual method of zip.",
        "L'archive est compressée d'une façon inhabituelle. Mettez-y moins de fichiers, avec la méthode zip ordinaire.",
    ),
    "archive_nested": Text(
        "Archives lie within each other more than {most} deep. Unpack the inner ones and send again.",
        "Des archives sont imbriquées sur plus de {most} niveaux. Décompressez celles de l'intérieur et renvoyez.",
    ),
    "archive_too_many": Text(
        "The archive holds more than {most} files. Send them in several archives.",
        "L'archive contient plus de {most} fichiers. Envoyez-les en plusieurs archives.",
    ),
    "archive_too_large": Text(
        "Unpacked, the archive is larger than the {most} MB that it may be. Send its files in several archives.",
        "Décompressée, l'archive dépasse les {most} Mo permis. Envoyez ses fichiers en plusieurs archives.",
    ),
    "archive_unsafe": Text(
        "The archive holds links, paths that lead out of it, or two files in one place. Pack the files anew.",
        "L'archive contient des liens, des chemins qui en sortent ou deux fichiers au même endroit. Recréez-la.",
    ),
    "archive_empty": Text(
        "The archive holds no file that could be a scan. Pack the files that the device exports.",
        "L'archive ne contient aucun fichier qui puisse être un examen. Mettez-y les fichiers exportés par l'appareil.",
    ),
    "no_pixels": Text(
        "The DICOM file holds no picture. Export the image or the clip itself.",
        "Le fichier DICOM ne contient aucune image. Exportez l'image ou le clip lui-même.",
    ),
    "not_ultrasound": Text(
        "The DICOM file comes from another kind of device, not from ultrasound. Send ultrasound scans only.",
        "Le fichier DICOM vient d'un autre type d'appareil, pas d'un échographe. N'envoyez que des échographies.",
    ),
    "damaged": Text(
        "The file is damaged and cannot be read. Copy it from the device again.",
        "Le fichier est endommagé et illisible. Copiez-le de nouveau depuis l'appareil.",
    ),
    "truncated": Text(
        "The file ends too early: the copy was interrupted. Copy it from the device again.",
        "Le fichier s'arrête trop tôt : la copie a été interrompue. Copiez-le de nouveau depuis l'appareil.",
    ),
    "frames_missing": Text(
        "The file announces {claimed} frames and holds {found}. Export it from the device again.",
        "Le fichier annonce {claimed} images et en contient {found}. Exportez-le de nouveau depuis l'appareil.",
    ),
    "size_mismatch": Text(
        "The size announced by the header is not the size of the picture. Export it from the device again.",
        "La taille annoncée par l'en-tête n'est pas celle de l'image. Exportez-la de nouveau depuis l'appareil.",
    ),
    "unsupported_syntax": Text(
        "This way of compressing pictures is not supported. Export as JPEG, H.264 or uncompressed.",
        "Ce mode de compression n'est pas pris en charge. Exportez en JPEG, H.264 ou sans compression.",
    ),
    "too_large": Text(
        "The scan needs more memory than one scan may take. Export a shorter clip or a smaller size.",
        "L'examen demande plus de mémoire que permis. Exportez un clip plus court ou une taille plus petite.",
    ),
    "too_slow": Text(
        "The scan could not be read within {seconds} s. Export a shorter clip.",
        "L'examen n'a pas pu être lu en {seconds} s. Exportez un clip plus court.",
    ),
    "decoder_crashed": Text(
        "The file makes the decoder stop: it is damaged or was tampered with. Copy it from the device again.",
        "Le fichier fait échouer le décodeur : il est endommagé ou altéré. Copiez-le de nouveau depuis l'appareil.",
    ),
    "names_patient": Text(
        "The picture itself names the patient. Export it again without the patient's details on the screen.",
        "L'image elle-même nomme le patient. Exportez-la de nouveau sans les données du patient à l'écran.",
    ),
    "filmed_screen": Text(
        "The screen was filmed or photographed. Send the file that the device exports.",
        "L'écran a été filmé ou photographié. Envoyez le fichier exporté par l'appareil.",
    ),
    "no_ultrasound_seen": Text(
        "A person looked at this file and saw no ultrasound in it. Send ultrasound scans only.",
        "Une personne a regardé ce fichier et n'y a vu aucune échographie. N'envoyez que des échographies.",
    ),
    "sent_by_mistake": Text(
        "This file was sent by mistake. Nothing has to be sent again.",
        "Ce fichier a été envoyé par erreur. Il n'y a rien à renvoyer.",
    ),
    # Withheld: the data manager acts
    "no_sector": Text(
        "The ultrasound sector was not found, so nothing can be shown safely. Draw it on the page “Held back”.",
        "Le secteur échographique n'a pas été trouvé : rien n'est montré. Dessinez-le à la page « Retenus ».",
    ),
    "one_witness": Text(
        "Two witnesses must say where the sector is, and only one does. Check its outline and draw the sector on the"
        " page “Held back”.",
        "Deux témoins doivent dire où est le secteur, et un seul le dit. Vérifiez son contour et dessinez le secteur à"
        " la page « Retenus ».",
    ),
    "witnesses_differ": Text(
        "The witnesses do not agree on where the sector is (agreement {agreement} %). Compare their outlines and"
        " draw the sector on the page “Held back”.",
        "Les témoins ne s'accordent pas sur la place du secteur (accord de {agreement} %). Comparez leurs contours"
        " et dessinez le secteur à la page « Retenus ».",
    ),
    "text_inside": Text(
        "Text was read inside the picture (places: {count}). Check it for names before release.",
        "Du texte a été lu dans l'image (endroits : {count}). Vérifiez qu'il n'y a aucun nom avant de libérer.",
    ),
    "identifier_left": Text(
        "An identifier was still found in the written file. Report this as an incident.",
        "Un identifiant a encore été trouvé dans le fichier écrit. Signalez-le comme un incident.",
    ),
    "cannot_clean": Text(
        "This form of file cannot be cleaned safely yet. Export it as JPEG, H.264 or uncompressed.",
        "Cette forme de fichier ne peut pas encore être nettoyée sans risque. Exportez en JPEG, H.264 ou brut.",
    ),
    # Conflict: the reviewer acts
    "already_claimed": Text(
        "Another reviewer has just taken this scan. Take the next one.",
        "Un autre relecteur vient de prendre cet examen. Prenez le suivant.",
    ),
    "already_escalated": Text(
        "A question about this patient is already with telemedicine; add to it instead of asking twice.",
        "Une question sur ce patient est déjà en télémédecine ; complétez-la plutôt que d'en poser une seconde.",
    ),
    "from_elsewhere": Text(
        "This exam came in on another installation. Its clips are grouped there.",
        "Cet examen est arrivé sur une autre installation. Ses clips y sont regroupés.",
    ),
    "being_read": Text(
        "An expert has begun to read this exam; it can no longer be changed.",
        "Un expert a commencé la lecture de cet examen ; il ne peut plus être modifié.",
    ),
    "lease_lost": Text(
        "Your 30 minutes ran out and another reviewer took this scan. Your text is kept below.",
        "Vos 30 minutes sont écoulées et un autre relecteur a pris cet examen. Votre texte est conservé ci-dessous.",
    ),
    "already_reviewed": Text(
        "This scan has been reviewed already. Take the next one.",
        "Cet examen est déjà relu. Prenez le suivant.",
    ),
    "conflict_of_interest": Text(
        "You noted a conflict of interest about this exam; somebody else will read it.",
        "Vous avez signalé un conflit d'intérêts pour cet examen ; quelqu'un d'autre le relira.",
    ),
    "read_before": Text(
        "You have read this exam before; somebody else must read it now.",
        "Vous avez déjà relu cet examen ; quelqu'un d'autre doit le relire à présent.",
    ),
    "read_blind_first": Text(
        "Send your own reading first. What the others said is shown after that.",
        "Envoyez d'abord votre propre lecture. L'avis des autres s'affiche ensuite.",
    ),
    "own_scan": Text(
        "You made this scan yourself; somebody else must review it.",
        "Vous avez réalisé cet examen ; quelqu'un d'autre doit le relire.",
    ),
    "feedback_closed": Text(
        "This feedback is closed; nothing can be added to it. Speak to your supervisor.",
        "Ce retour est clos ; on ne peut plus rien y ajouter. Parlez-en à votre superviseur.",
    ),
    "already_appealed": Text(
        "An appeal has been made here already; it is decided once.",
        "Un recours a déjà été déposé ici ; il n'est tranché qu'une fois.",
    ),
    "not_final": Text(
        "This reading does not count now, or is being decided on; it cannot be changed.",
        "Cette lecture ne fait pas foi en ce moment, ou une décision est en cours ; elle ne peut pas être modifiée.",
    ),
    "read_again_now": Text(
        "This exam is being read again. What comes of it will reach you.",
        "Cet examen est en cours de nouvelle lecture. Vous en recevrez le résultat.",
    ),
    "stale": Text(
        "This page is out of date. Load it again.",
        "Cette page n'est plus à jour. Rechargez-la.",
    ),
    "last_role": Text(
        "This is the person's last role. Close the account instead, so that it stays in the list.",
        "C'est le dernier rôle de cette personne. Fermez plutôt le compte, pour qu'il reste dans la liste.",
    ),
    "second_person": Text(
        "Two people are needed: one asks, another one of the same project consents.",
        "Il faut deux personnes : l'une demande, une autre du même projet donne son accord.",
    ),
    "request_over": Text(
        "This request is over. Ask again.",
        "Cette demande est terminée. Demandez de nouveau.",
    ),
    # Unavailable: nobody acts
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
    "mail_unreachable": Text(
        "The mail server cannot be reached. We try again.",
        "Le serveur de messagerie est injoignable. Nous réessayons.",
    ),
    "catalogue_unreachable": Text(
        "The catalogue does not answer. It will be tried again by itself.",
        "Le catalogue ne répond pas. Un nouvel essai se fera tout seul.",
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
    # Misconfigured: the administrator acts
    "setting_unknown": Text(
        "There is no setting {name}; the nearest known one is {nearest}.",
        "Le réglage {name} n'existe pas ; le plus proche connu est {nearest}.",
    ),
    "key_file_unsafe": Text(
        "The file of the secret key can be read by other users of this machine. Give it mode 0600.",
        "Le fichier de la clé secrète est lisible par d'autres utilisateurs. Donnez-lui les droits 0600.",
    ),
    "store_refused": Text(
        "The object store refuses the access key ({answer}). Check SONORELAY_S3_ACCESS_KEY and …_S3_SECRET_KEY.",
        "Le stockage d'objets refuse la clé ({answer}). Vérifiez SONORELAY_S3_ACCESS_KEY et …_S3_SECRET_KEY.",
    ),
    "no_programme": Text(
        "There is no {file} yet. Write one (docs/how-to/programme.md), or see the demonstration: sonorelay up --demo",
        "Il n'y a pas encore de {file}. Écrivez-le (docs/how-to/programme.md), ou voyez la démo : sonorelay up --demo",
    ),
    "unknown_project": Text(
        "There is no project '{project}'. The projects are: {known}",
        "Il n'y a pas de projet « {project} ». Les projets sont : {known}",
    ),
    "unknown_organisation": Text(
        "There is no organisation '{organisation}'. The organisations are: {known}",
        "Il n'y a pas d'organisation « {organisation} ». Les organisations sont : {known}",
    ),
    "username_invalid": Text(
        "A user name has letters, digits and @ . + - _ only.",
        "Un nom d'utilisateur n'a que des lettres, des chiffres et @ . + - _",
    ),
    "code_invalid": Text(
        "A code has 2 to 40 lower-case letters, digits and hyphens.",
        "Un code a de 2 à 40 lettres minuscules, chiffres et traits d'union.",
    ),
    "already_up": Text(
        "Sonorelay is running already with these data ({home}). Stop it first, or choose others with SONORELAY_HOME.",
        "Sonorelay tourne déjà avec ces données ({home}). Arrêtez-le, ou choisissez d'autres données (SONORELAY_HOME).",
    ),
    "demo_exposed": Text(
        "The demonstration has known passwords and is for this machine only. Set SONORELAY_HOST to 127.0.0.1.",
        "La démonstration a des mots de passe connus et reste sur cette machine. Mettez SONORELAY_HOST à 127.0.0.1.",
    ),
    "setting_invalid": Text(
        "The setting {name} is not valid: {problem}",
        "Le réglage {name} n'est pas valable : {problem}",
    ),
    "unknown_key": Text(
        "programme.toml holds the unknown key '{key}'; the nearest known one is '{nearest}'.",
        "programme.toml contient la clé inconnue « {key} » ; la plus proche connue est « {nearest} ».",
    ),
    "programme_invalid": Text(
        "programme.toml is not valid at '{key}': {problem}",
        "programme.toml n'est pas valable à « {key} » : {problem}",
    ),
    "not_deployed": Text(
        "The Prefect server does not know the project '{project}' yet. Run: sonorelay deployments",
        "Le serveur Prefect ne connaît pas encore le projet « {project} ». Lancez : sonorelay deployments",
    ),
    "prefect_unreachable": Text(
        "The Prefect server does not answer at {address}.", "Le serveur Prefect ne répond pas à {address}."
    ),
    "no_pool": Text(
        "SONORELAY_WORK_POOL is not set: this machine works alone, with sonorelay up. See docs/how-to/deploy.md.",
        "SONORELAY_WORK_POOL n'est pas réglé : cette machine travaille seule, avec sonorelay up. "
        "Voir docs/how-to/deploy.fr.md.",
    ),
    "pool_elsewhere": Text(
        "With SONORELAY_WORK_POOL each service is started on its own, with sonorelay serve. See docs/how-to/deploy.md.",
        "Avec SONORELAY_WORK_POOL, chaque service est démarré à part, avec sonorelay serve. "
        "Voir docs/how-to/deploy.fr.md.",
    ),
    "service_unneeded": Text(
        "Nothing in programme.toml asks for the service '{name}'.",
        "Rien dans programme.toml ne demande le service « {name} ».",
    ),
    "key_missing": Text(
        "The key of {organisation} is not on this machine. Bring it: sonorelay key export there, "
        "sonorelay key import here.",
        "La clé de {organisation} n'est pas sur cette machine. Apportez-la : sonorelay key export, "
        "puis ici sonorelay key import.",
    ),
    "port_busy": Text(
        "Port {port} is taken by another program. Stop it, or choose another with {setting}.",
        "Le port {port} est pris par un autre programme. Arrêtez-le, ou choisissez-en un autre avec {setting}.",
    ),
    "key_unsafe": Text(
        "A key in the folder keys can be read by other users of this machine. Give it mode 0600.",
        "Une clé du dossier keys est lisible par d'autres utilisateurs. Donnez-lui les droits 0600.",
    ),
    "no_key": Text(
        "{organisation} has no key yet; one is made when its first scan is read.",
        "{organisation} n'a pas encore de clé ; elle est créée à la lecture de son premier examen.",
    ),
    "file_unreadable": Text(
        "{file} cannot be read. Check the name and who may read it.",
        "{file} est illisible. Vérifiez le nom et les droits de lecture.",
    ),
    "file_there": Text(
        "{file} exists already. Name another file.",
        "{file} existe déjà. Nommez un autre fichier.",
    ),
    "key_damaged": Text(
        "A key in the folder keys does not hold 32 bytes. Restore it: a new one breaks pseudonyms or opens nothing.",
        "Une clé du dossier keys n'a pas 32 octets. Restaurez-la : une nouvelle romprait les pseudonymes ou n'ouvrirait"
        " rien.",
    ),
    "passphrase_short": Text(
        "The passphrase is too short: choose {fewest} characters or more, such as five words.",
        "La phrase secrète est trop courte : choisissez au moins {fewest} caractères, cinq mots par exemple.",
    ),
    "passphrase_wrong": Text(
        "This passphrase does not open this key. Type it again; if it is right, the text of the key was damaged.",
        "Cette phrase secrète n'ouvre pas cette clé. Retapez-la ; si elle est juste, le texte de la clé est abîmé.",
    ),
    "wrapped_key_damaged": Text(
        "This is no key exported by Sonorelay, or it was changed on the way. Export it again on the other machine.",
        "Ce n'est pas une clé exportée par Sonorelay, ou elle a été altérée. Exportez-la de nouveau.",
    ),
    "key_present": Text(
        "Another key is in use here ({fingerprint}). Replacing it changes all pseudonyms: say so if you mean it.",
        "Une autre clé sert ici ({fingerprint}). La remplacer change tous les pseudonymes : confirmez-le.",
    ),
    "backup_damaged": Text(
        "In the backup {file} is not there, or not as it was written. Take an older backup; nothing was changed here.",
        "Dans la sauvegarde, {file} manque ou n'est plus tel qu'il fut écrit. Prenez-en une plus ancienne ; rien n'a"
        " changé ici.",
    ),
    "backup_newer": Text(
        "The backup comes from a newer release ({migration}). Install that one, then restore.",
        "La sauvegarde vient d'une version plus récente ({migration}). Installez celle-ci, puis restaurez.",
    ),
    "catalogue_empty": Text(
        "The catalogue has no tables yet: there is nothing to back up.",
        "Le catalogue n'a pas encore de tables : il n'y a rien à sauvegarder.",
    ),
    "restore_not_empty": Text(
        "{home} holds an installation already. Restore into a new one: choose another SONORELAY_HOME and database.",
        "{home} contient déjà une installation. Restaurez dans une nouvelle : choisissez un autre SONORELAY_HOME et une"
        " autre base.",
    ),
    "rule_missing": Text(
        "The rule file {name} defines no RULE. Add one, or begin the file's name with '_'.",
        "Le fichier de règle {name} ne définit pas RULE. Ajoutez-le, ou commencez le nom du fichier par « _ ».",
    ),
    "rule_twice": Text(
        "Two rules are called {name}. Rename one of them.",
        "Deux règles s'appellent {name}. Renommez l'une d'elles.",
    ),
    "rule_unloadable": Text(
        "The rule file {name} cannot be loaded ({problem}). Correct it or take it out of the folder.",
        "Le fichier de règle {name} ne peut pas être chargé ({problem}). Corrigez-le ou retirez-le du dossier.",
    ),
    # Anything that the program did not foresee; kept, never shown in detail
    "internal": Text(
        "Something failed on our side; the scan is kept and the administrator is told. Nothing has to be sent again.",
        "Une erreur est survenue de notre côté ; l'examen est conservé, l'administrateur prévenu. Ne renvoyez rien.",
    ),
}
