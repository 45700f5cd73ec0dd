"""Which address opens which page?"""

from django.urls import path

from web.pages import (
    accounts,
    awaiting,
    calibration,
    devices,
    evidence,
    figures,
    health,
    held,
    home,
    objects,
    people,
    quarantine,
    review,
    scans,
    telemedicine,
    tickets,
    trainee,
)
from web.pages import alike as alike_page
from web.pages import queue as queue_page
from web.pages import reidentification as reidentify

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", accounts.log_in, name="login"),
    path("login/demo/", accounts.demo_log_in, name="demo-login"),
    path("logout/", accounts.log_out, name="logout"),
    path("language/", accounts.set_language, name="set-language"),
    path("account/", accounts.account, name="account"),
    path("queue/", queue_page.queue, name="queue"),
    path("queue/next/", queue_page.take_next, name="take-next"),
    path("queue/<int:item_id>/take/", queue_page.take, name="take"),
    path("review/<int:item_id>/", review.page, name="review"),
    path("review/<int:item_id>/renew/", review.renew, name="renew"),
    path("review/<int:item_id>/give-back/", review.give_back, name="give-back"),
    path("my-scans/", trainee.my_scans, name="my-scans"),
    path("my-scans/<int:scan_id>/", trainee.my_scan, name="my-scan"),
    path("missing-details/", awaiting.awaiting, name="awaiting"),
    path("missing-details/<int:scan_id>/", awaiting.complete, name="complete"),
    path("questions/<int:scan_id>/", awaiting.answer, name="answer"),
    path("overview/", figures.overview, name="overview"),
    path("scans/", scans.scans, name="scans"),
    path("scans/<int:scan_id>/", scans.scan, name="scan"),
    path("scans/<int:scan_id>/re-identify/", reidentify.ask, name="reidentify-ask"),
    path("held-back/", quarantine.quarantine, name="quarantine"),
    path("held/<int:scan_id>/", held.held, name="held"),
    path("held/<int:scan_id>/picture/<str:role>/", evidence.evidence, name="evidence"),
    path("held/<int:scan_id>/release/", held.release, name="held-release"),
    path("held/<int:scan_id>/text/", held.accept_text, name="held-text"),
    path("held/<int:scan_id>/refuse/", held.refuse, name="held-refuse"),
    path("held/<int:scan_id>/ask/", held.ask, name="held-ask"),
    path("held/screen/<int:layout_id>/", alike_page.alike, name="alike"),
    path("held/screen/<int:layout_id>/release/", alike_page.release_alike, name="alike-release"),
    path("held/screen/<int:layout_id>/retire/", alike_page.retire, name="layout-retire"),
    path("re-identification/", reidentify.requests, name="reidentify"),
    path("re-identification/<int:request_id>/approve/", reidentify.approve, name="reidentify-approve"),
    path("re-identification/<int:request_id>/show/", reidentify.show, name="reidentify-show"),
    path("telemedicine/", telemedicine.inbox, name="telemedicine"),
    path("exams/<int:exam_id>/escalate/", telemedicine.escalate, name="escalate"),
    path("escalations/<int:escalation_id>/", telemedicine.escalation, name="escalation"),
    path("escalations/<int:escalation_id>/act/", telemedicine.act, name="escalation-act"),
    path("devices/", devices.devices, name="devices"),
    path("devices/<int:device_id>/", devices.device, name="device"),
    path("devices/<int:device_id>/change/", devices.change, name="device-change"),
    path("devices/<int:device_id>/report/", devices.report, name="device-report"),
    path("tickets/<int:ticket_id>/", tickets.ticket, name="ticket"),
    path("tickets/<int:ticket_id>/act/", tickets.act, name="ticket-act"),
    path("calibration/", calibration.calibration, name="calibration"),
    path("people/", people.people, name="people"),
    path("people/new/", people.create, name="person-new"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/password/", people.new_password, name="person-password"),
    path("people/<int:person_id>/active/", people.set_active, name="person-active"),
    path("people/<int:person_id>/roles/", people.add_role, name="role-add"),
    path("people/<int:person_id>/roles/<int:membership_id>/remove/", people.remove_role, name="role-remove"),
    path("objects/<str:area>/<str:digest>", objects.stored, name="object"),
    path("healthz", health.health, name="health"),
]

handler400 = "web.failures.not_found"
handler403 = "web.failures.forbidden"
handler404 = "web.failures.not_found"
handler500 = "web.failures.broken"
