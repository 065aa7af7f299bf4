"""Every address, in the order of the journey."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from accord.web.alliance import check_in_views as check_in
from accord.web.alliance import intake_views as intake
from accord.web.alliance import views as alliance
from accord.web.home import demo_views as demo
from accord.web.home import people_views as people
from accord.web.home import views as home
from accord.web.mechanism import views as mechanism
from accord.web.pages import views as pages
from accord.web.safety import views as safety


class Secret(StringConverter):
    """What stands in a link: long enough that nobody guesses it."""

    regex = r"[A-Za-z0-9_-]{8,64}"


register_converter(Secret, "secret")

urlpatterns = [
    # everyone
    path("", pages.front, name="front"),
    path("why/", pages.why, name="why"),
    path("help/", pages.help_now, name="help"),
    path("measures/", pages.measures_list, name="measures"),
    path("model/", mechanism.model, name="model"),
    path("therapists/", pages.therapists, name="therapists"),
    path("therapists/<uuid:member_id>/", pages.therapist, name="therapist"),
    path("healthz", home.healthz, name="healthz"),
    path("demo/", demo.doors, name="demo"),
    path("demo/<slug:door>/", demo.enter, name="demo_enter"),
    # a client, by link
    path("c/<secret:token>/", check_in.open_link, name="open_link"),
    path("check-in/", check_in.check_in, name="check_in"),
    path("check-in/<int:page>/", check_in.check_in_page, name="check_in_page"),
    path("check-in/done/", check_in.check_in_done, name="check_in_done"),
    path("check-in/again/", check_in.check_in_again, name="check_in_again"),
    path("check-in/not-me/", check_in.check_in_not_me, name="check_in_not_me"),
    # a client, on their own page
    path("my/", home.my, name="my"),
    path("my/sessions/<uuid:occasion_id>/", home.my_session, name="my_session"),
    path("my/check-ins/<uuid:check_in_id>/", home.my_check_in, name="my_check_in"),
    path("my/wrong/", pages.wrong, name="wrong"),
    path("my/sign-in/", people.ask_for_code, name="my_sign_in"),
    path("my/enter/<secret:secret>/", people.enter_by_code, name="my_enter"),
    path("my/leave/", people.leave, name="my_leave"),
    # a therapist
    path("desk/", home.desk, name="desk"),
    path("flags/<uuid:flag_id>/", safety.flag, name="flag"),
    path("clients/new/", alliance.new_client, name="new_client"),
    path("courses/<uuid:course_id>/", alliance.course, name="course"),
    path("courses/<uuid:course_id>/address/", alliance.edit_client, name="edit_client"),
    path("courses/<uuid:course_id>/plan/", alliance.plan, name="plan"),
    path("courses/<uuid:course_id>/book/", alliance.book_session, name="book_session"),
    path("courses/<uuid:course_id>/end/", alliance.end_course, name="end_course"),
    path("sessions/<uuid:occasion_id>/", alliance.session, name="session"),
    path("sessions/<uuid:occasion_id>/move/", alliance.move_session, name="move_session"),
    path("sessions/<uuid:occasion_id>/attended/", alliance.record_attendance, name="record_attendance"),
    path("sessions/<uuid:occasion_id>/rate/", alliance.rate_session, name="rate_session"),
    path("check-ins/<uuid:check_in_id>/", alliance.check_in_link, name="check_in_link"),
    path("check-ins/<uuid:check_in_id>/send/", alliance.send_link, name="send_link"),
    path("check-ins/<uuid:check_in_id>/renew/", alliance.renew_link, name="renew_link"),
    path("bring-in/", intake.intakes, name="intakes"),
    path("bring-in/<uuid:intake_id>/", intake.intake, name="intake"),
    # a manager, a researcher, an operator
    path("practice/", home.practice, name="practice"),
    path("practice/people/", people.members, name="members"),
    path("practice/safety/", safety.plan, name="safety_plan"),
    path("research/", home.research, name="research"),
    path("machinery/", home.machinery, name="machinery"),
    # every member
    path("you/", people.you, name="you"),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
]

handler400 = "accord.web.pages.views.bad_request"
handler403 = "accord.web.pages.views.refused"
handler404 = "accord.web.pages.views.not_found"
handler500 = "accord.web.pages.views.broken"
