"""Does the trainee read what the expert said, and can missing details be filled in?"""

from qa_rules import rules_in


def test_the_feedback_reaches_the_trainee_and_opening_it_marks_it_seen(world, signed_in) -> None:
    scan = world.scan()
    review = world.review(scan, overall=3)
    amina = signed_in("amina")
    assert "1 scan has new feedback" in amina.get("/my-scans/").content.decode()
    address = f"/my-scans/{scan.pk}/"
    amina.head(address)
    review.refresh_from_db()
    assert review.seen_at is None
    page = amina.get(address).content.decode()
    assert "Move the probe to the right" in page
    assert "minimum criteria met" in page
    review.refresh_from_db()
    assert review.seen_at is not None
    assert "No new feedback" in amina.get("/my-scans/").content.decode()


def test_somebody_else_looking_does_not_mark_it_seen(world, signed_in) -> None:
    scan = world.scan()
    review = world.review(scan)
    page = signed_in("supervisor").get(f"/scans/{scan.pk}/").content.decode()
    review.refresh_from_db()
    assert review.seen_at is None
    assert "not yet seen by the trainee" in page
    assert "Amina Mwamba" in page


def test_unread_feedback_stands_first_and_leads_on(world, signed_in) -> None:
    old, new = world.scan(), world.scan()
    third = world.scan()
    world.review(old)
    world.review(new)
    amina = signed_in("amina")
    page = amina.get("/my-scans/").content.decode()
    assert page.index(old.short_id) < page.index(third.short_id)
    assert (
        f'href="/my-scans/{new.pk}/"' in amina.get(f"/my-scans/{old.pk}/").content.decode().split('class="action"')[1]
    )


def test_a_trainee_reads_why_a_file_was_refused_and_what_happens_to_one_held_back(world, signed_in) -> None:
    world.refused()
    world.withheld()
    page = signed_in("amina").get("/my-scans/").content.decode()
    assert "Copy it from the device again" in page
    assert "You need not do anything" in page


def test_held_back_and_refused_scans_show_reasons_in_both_languages_and_never_a_picture(world, signed_in) -> None:
    world.withheld()
    world.refused()
    client = signed_in("data_officer")
    held, refused = client.get("/held-back/").content.decode(), client.get("/held-back/?show=refused").content.decode()
    assert "Text was read inside the picture (places: 3)" in held
    assert "Du texte a été lu dans l&#x27;image (endroits : 3)" in held
    assert "The file ends too early" in refused
    assert "Le fichier s&#x27;arrête trop tôt" in refused
    for page in (held, refused):
        assert "/objects/" not in page
        assert "<img" not in page
        assert "<video" not in page
        assert "Held back (1)" in page
        assert "Refused (1)" in page


def test_a_hint_at_a_faulty_probe_is_no_remark_to_anybody_who_scans_or_reviews(world, signed_in) -> None:
    scan = world.scan()
    world.review(scan)
    titles = {rule.name: rule.title.en for rule in rules_in()}
    for who, address in (("amina", f"/my-scans/{scan.pk}/"), ("supervisor", f"/scans/{scan.pk}/")):
        page = signed_in(who).get(address).content.decode()
        assert titles["contact.coupling"] in page
        assert titles["device.dropout"] not in page
