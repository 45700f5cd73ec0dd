"""What is wrong with the installation, so that the administrator acts?"""

from pipeline.text import Text

MISCONFIGURED: dict[str, Text] = {
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
    "bundle_damaged": Text(
        "In the bundle {file} is not there, or not as it was written. Ask for it again; nothing was changed here.",
        "Dans le paquet, {file} manque ou n'est plus tel qu'il fut écrit. Redemandez-le ; rien n'a changé ici.",
    ),
    "given_away": Text(
        "Project '{project}' was handed over and access to it revoked. Ask the organisation that goes on with it.",
        "Le projet « {project} » a été transmis et l'accès retiré. Adressez-vous à l'organisation qui le poursuit.",
    ),
    "bundle_there": Text(
        "{folder} holds a whole bundle, or something else, already. Name a folder that is empty or not there.",
        "{folder} contient déjà un paquet entier, ou autre chose. Nommez un dossier vide ou qui n'existe pas.",
    ),
    "no_room_there": Text(
        "The disk of {folder} has {free} MB left; {needed} MB are needed. What was written stays, and is used.",
        "Il reste {free} Mo sur le disque de {folder} ; il en faut {needed}. Ce qui est écrit reste et resservira.",
    ),
    "no_handover": Text(
        "The project '{project}' is not being handed over. Begin with: sonorelay handover begin",
        "Le projet « {project} » n'est pas en cours de transmission. Commencez par : sonorelay handover begin",
    ),
    "not_given": Text(
        "{person} may not do this with the project '{project}': the role or the hand-over does not allow it.",
        "{person} ne peut pas faire cela avec le projet « {project} » : le rôle ou la transmission ne le permet pas.",
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
}
