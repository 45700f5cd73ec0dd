"""Why is a file refused, so that its sender acts?"""

from pipeline.text import Text

REJECTED: dict[str, Text] = {
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
    "receipt_of_another": Text(
        "This receipt is not of a bundle of this project, or not of the organisation that takes it over.",
        "Cet accusé ne concerne pas un paquet de ce projet, ou ne vient pas de l'organisation qui le reprend.",
    ),
    "certificate_changed": Text(
        "This is no certificate of Sonorelay, or something in it was changed after it was signed. Do not rely on it: "
        "ask the organisation that issued it for another copy.",
        "Ce n'est pas un certificat de Sonorelay, ou quelque chose y a été changé après la signature. Ne vous y fiez "
        "pas : demandez-en un autre exemplaire à l'organisation qui l'a délivré.",
    ),
}
