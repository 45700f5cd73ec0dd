"""Why is a scan kept back, so that the data manager acts?"""

from pipeline.text import Text

WITHHELD: dict[str, Text] = {
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
}
