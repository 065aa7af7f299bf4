"""Every address, in the order of the journey."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkey
from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from accord.web.alliance import agreement_views as agreement
from accord.web.alliance import before_views as before
from accord.web.alliance import between_views as between
from accord.web.alliance import check_in_views as check_in
from accord.web.alliance import choosing_views as choosing
from accord.web.alliance import ending_views as ending
from accord.web.alliance import flag_views as flags
from accord.web.alliance import handing_over_views as handing_over
from accord.web.alliance import intake_views as intake
from accord.web.alliance import repair_views as repair
from accord.web.alliance import sharing_views as sharing
from accord.web.alliance import views as alliance
from accord.web.evidence import client_views as own_word
from accord.web.evidence import views as evidence
from accord.web.fit import ask_views as ask
from accord.web.fit import assign_views as assign
from accord.web.fit import decide_views as decide
from accord.web.fit import impression_views as impressions
from accord.web.fit import offer_views as offers
from accord.web.fit import profile_views as profiles
from accord.web.fit import request_views as requests
from accord.web.fit import seek_views as seek
from accord.web.fit import times_views as times
from accord.web.fit import waiting_views as waiting
from accord.web.home import demo_views as demo
from accord.web.home import people_views as people
from accord.web.home import views as home
from accord.web.mechanism import views as mechanism
from accord.web.outcome import course_views as courses
from accord.web.outcome import switch_views as expected
from accord.web.pages import article_views as articles
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
    path("articles/", articles.articles, name="articles"),
    path("articles/<slug:slug>/", articles.article, name="article"),
    path("model/", mechanism.model, name="model"),
    path("find/", seek.find, name="find"),
    path("find/list/", seek.shortlist, name="shortlist"),
    path("find/without/", seek.relax, name="relax"),
    path("find/forget/", seek.forget, name="forget_search"),
    path("find/ask/", ask.ask, name="ask"),
    path("find/back/", ask.way_back, name="way_back"),
    path("find/open/<secret:secret>/", ask.open_search, name="open_search"),
    path("find/mine/", ask.mine, name="mine"),
    path("find/mine/compare/", decide.compare, name="compare"),
    path("find/mine/none/", decide.none_of_them, name="none_of_them"),
    path("find/mine/later/", decide.not_yet, name="not_yet"),
    path("find/mine/others/", decide.feedback, name="feedback"),
    path("find/waiting/<uuid:practice_id>/", waiting.join_list, name="join_list"),
    path("find/mine/list/<uuid:waiting_id>/<slug:step>/", waiting.list_step, name="list_step"),
    path("find/mine/<uuid:meeting_id>/", ask.meeting, name="my_meeting"),
    path("find/mine/<uuid:meeting_id>/consultation/", ask.ask_consultation, name="ask_consultation"),
    path("find/mine/<uuid:meeting_id>/appointment.ics", ask.calendar_file, name="my_calendar_file"),
    path("find/mine/<uuid:meeting_id>/impression/<slug:day>/", decide.my_impression, name="my_impression"),
    path("find/mine/<uuid:meeting_id>/choose/", choosing.choose, name="choose"),
    path("find/mine/<uuid:meeting_id>/<slug:step>/", ask.meeting_step, name="meeting_step"),
    path("i/<secret:token>/", impressions.open_impression, name="open_impression"),
    path("impression/", impressions.impression, name="impression"),
    path("impression/done/", impressions.impression_done, name="impression_done"),
    path("find/<slug:page>/", seek.find_page, name="find_page"),
    path("therapists/", profiles.therapists, name="therapists"),
    path("therapists/<uuid:member_id>/", profiles.therapist, name="therapist"),
    path("healthz", home.healthz, name="healthz"),
    path("demo/", demo.doors, name="demo"),
    path("demo/letters/", demo.letters, name="demo_letters"),
    path("demo/<slug:door>/", demo.enter, name="demo_enter"),
    # a client, by link
    path("c/<secret:token>/", check_in.open_link, name="open_link"),
    path("check-in/", check_in.check_in, name="check_in"),
    path("check-in/<int:page>/", check_in.check_in_page, name="check_in_page"),
    path("check-in/done/", check_in.check_in_done, name="check_in_done"),
    path("check-in/again/", check_in.check_in_again, name="check_in_again"),
    path("check-in/not-me/", check_in.check_in_not_me, name="check_in_not_me"),
    path("check-in/wrong/", check_in.check_in_wrong, name="check_in_wrong"),
    # a client, on their own page
    path("my/", home.my, name="my"),
    path("my/sessions/<uuid:occasion_id>/", home.my_session, name="my_session"),
    path("my/sessions/<uuid:occasion_id>/sharing/", sharing.my_sharing, name="my_sharing"),
    path("my/repairs/<uuid:repair_id>/", sharing.my_repair, name="my_repair"),
    path("my/check-ins/<uuid:check_in_id>/", home.my_check_in, name="my_check_in"),
    path("my/ending/<uuid:course_id>/", ending.my_ending, name="my_ending"),
    path("my/between/<uuid:course_id>/", between.my_between, name="my_between"),
    path("my/between/<uuid:course_id>/agree/", between.my_agree_step, name="my_agree_step"),
    path("my/between/<uuid:course_id>/words/", between.my_save_words, name="my_save_words"),
    path("my/between/<uuid:course_id>/bring/", between.my_bring, name="my_bring"),
    path("my/steps/<uuid:step_id>/", between.my_step, name="my_step"),
    path("my/steps/<uuid:step_id>/foretell/", between.my_foretell, name="my_foretell"),
    path("my/steps/<uuid:step_id>/aside/", between.my_set_aside, name="my_set_aside"),
    path("my/words/<uuid:saying_id>/remove/", between.my_remove_words, name="my_remove_words"),
    path("my/brought/<uuid:brought_id>/back/", between.my_withdraw, name="my_withdraw"),
    path("my/agreement/<uuid:course_id>/", agreement.my_agreement, name="my_agreement"),
    path("my/beginning/<uuid:course_id>/", choosing.my_beginning, name="my_beginning"),
    path("my/look-again/<uuid:course_id>/", choosing.look_again, name="look_again"),
    path("my/address/", people.my_address, name="my_address"),
    path("my/research/", own_word.my_research, name="my_research"),
    path("my/learned/", own_word.my_learned, name="my_learned"),
    path("my/wrong/", pages.wrong, name="wrong"),
    path("my/sign-in/", people.ask_for_code, name="my_sign_in"),
    path("my/enter/<secret:secret>/", people.enter_by_code, name="my_enter"),
    path("my/leave/", people.leave, name="my_leave"),
    # a therapist
    path("desk/", home.desk, name="desk"),
    path("flags/<uuid:flag_id>/", flags.flag, name="flag"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<uuid:meeting_id>/", requests.one_request, name="request"),
    path("clients/new/", alliance.new_client, name="new_client"),
    path("courses/<uuid:course_id>/", courses.course, name="course"),
    path("courses/<uuid:course_id>/before/", courses.before_session, name="before"),
    path("courses/<uuid:course_id>/look/", courses.finder, name="finder"),
    path("courses/<uuid:course_id>/look/aside/", courses.look_aside, name="look_aside"),
    path("courses/<uuid:course_id>/look/back/", courses.look_back, name="look_back"),
    path("courses/<uuid:course_id>/reached/", courses.reached, name="reached"),
    path("courses/<uuid:course_id>/talked/", repair.talked, name="talked"),
    path("repairs/<uuid:repair_id>/", repair.repair, name="repair"),
    path("repairs/<uuid:repair_id>/mended/", repair.call_mended, name="call_mended"),
    path("laid-aside/<uuid:dismissal_id>/back/", before.take_up_again, name="take_up_again"),
    path("courses/<uuid:course_id>/address/", alliance.edit_client, name="edit_client"),
    path("courses/<uuid:course_id>/plan/", alliance.plan, name="plan"),
    path("courses/<uuid:course_id>/book/", alliance.book_session, name="book_session"),
    path("courses/<uuid:course_id>/end/", ending.end_course, name="end_course"),
    path("courses/<uuid:course_id>/hand-over/", handing_over.hand_over, name="hand_over"),
    path("courses/<uuid:course_id>/between/", between.between, name="between"),
    path("courses/<uuid:course_id>/between/agree/", between.agree_step, name="agree_step"),
    path("courses/<uuid:course_id>/between/words/", between.save_words, name="save_words"),
    path("steps/<uuid:step_id>/aside/", between.set_aside_step, name="set_aside_step"),
    path("words/<uuid:saying_id>/remove/", between.remove_words, name="remove_words"),
    path("brought/<uuid:brought_id>/talked/", between.take_up, name="take_up"),
    path("courses/<uuid:course_id>/agreement/", agreement.agreement, name="agreement"),
    path("courses/<uuid:course_id>/agreement/new/", agreement.propose_agreement, name="propose_agreement"),
    path("courses/<uuid:course_id>/agreement/back/", agreement.take_back_agreement, name="take_back_agreement"),
    path("courses/<uuid:course_id>/agreement/<int:version>/", agreement.agreement_version, name="agreement_version"),
    path("sessions/<uuid:occasion_id>/", alliance.session, name="session"),
    path("sessions/<uuid:occasion_id>/lay-aside/<str:what>/", before.lay_aside, name="lay_aside"),
    path("sessions/<uuid:occasion_id>/move/", alliance.move_session, name="move_session"),
    path("sessions/<uuid:occasion_id>/attended/", alliance.record_attendance, name="record_attendance"),
    path("sessions/<uuid:occasion_id>/rate/", alliance.rate_session, name="rate_session"),
    path("check-ins/<uuid:check_in_id>/", alliance.check_in_link, name="check_in_link"),
    path("check-ins/<uuid:check_in_id>/send/", alliance.send_link, name="send_link"),
    path("check-ins/<uuid:check_in_id>/renew/", alliance.renew_link, name="renew_link"),
    path("bring-in/", intake.intakes, name="intakes"),
    path("bring-in/<uuid:intake_id>/", intake.intake, name="intake"),
    # what a practice publishes
    path("writing/", articles.writings, name="writings"),
    path("writing/new/", articles.new_article, name="new_article"),
    path("writing/<uuid:article_id>/", articles.edit_article, name="edit_article"),
    path("writing/<uuid:article_id>/publish/", articles.publish_article, name="publish_article"),
    path("writing/comments/<uuid:comment_id>/", articles.comment, name="comment"),
    # a manager, a researcher, an operator
    path("practice/", home.practice, name="practice"),
    path("practice/people/", people.members, name="members"),
    path("practice/people/<uuid:member_id>/hand-over/", handing_over.member_leaves, name="member_leaves"),
    path("practice/safety/", safety.plan, name="safety_plan"),
    path("practice/expected/", expected.expected, name="expected"),
    path("practice/expected/work-out/", expected.work_out, name="work_out"),
    path("practice/expected/<slug:what>/", expected.turn, name="turn"),
    path("practice/finding/", assign.finding, name="finding"),
    path("practice/waiting/", assign.waiting_list, name="waiting_list"),
    path("practice/waiting/preview/", assign.preview_assignment, name="preview_assignment"),
    path("practice/waiting/apply/", assign.apply_assignment, name="apply_assignment"),
    path("practice/waiting/<uuid:assignment_id>/", assign.assignment, name="assignment"),
    path("practice/waiting/<uuid:assignment_id>/undo/", assign.undo_assignment, name="undo_assignment"),
    path("practice/licences/", offers.licences_list, name="licences"),
    path("practice/licences/<uuid:licence_id>/", offers.licence, name="licence"),
    path("practice/releases/new/", evidence.new_release, name="new_release"),
    path("practice/releases/freeze/", evidence.freeze_release, name="freeze_release"),
    path("practice/releases/<uuid:release_id>/turn/", evidence.turn_release, name="turn_release"),
    path("releases/", evidence.releases, name="releases"),
    path("releases/<uuid:release_id>/", evidence.release, name="release"),
    path("releases/<uuid:release_id>/release.<slug:kind>", evidence.release_file, name="release_file"),
    path("research/", home.research, name="research"),
    path("machinery/", home.machinery, name="machinery"),
    # every member
    path("you/", people.you, name="you"),
    path("you/away/", handing_over.away, name="away"),
    path("you/leaving/", handing_over.leaving, name="leaving"),
    path("how-expected/", expected.how, name="how_expected"),
    path("you/view/", before.my_view, name="my_view"),
    path("you/offer/", offers.my_offer, name="my_offer"),
    path("you/times/", times.my_times, name="my_times"),
    path("you/times/week/<uuid:time_id>/remove/", times.remove_weekly, name="remove_weekly"),
    path("you/times/days/<uuid:day_id>/remove/", times.remove_apart, name="remove_apart"),
    path("you/licence/", offers.my_licences, name="my_licences"),
    path("you/licence/<uuid:licence_id>/withdraw/", offers.withdraw_licence, name="withdraw_licence"),
    path("you/licence/<uuid:licence_id>/back/", offers.put_back_licence, name="put_back_licence"),
    # staff, signing in; what allauth offers beyond this (other addresses, phones, codes by mail) has no address here
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/signup/", account.signup, name="account_signup"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/change/", account.password_change, name="account_change_password"),
    path("account/password/set/", account.password_set, name="account_set_password"),
    path("account/password/reset/", account.password_reset, name="account_reset_password"),
    path("account/password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "account/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("account/2fa/", second_factor.index, name="mfa_index"),
    path("account/2fa/authenticate/", second_factor.authenticate, name="mfa_authenticate"),
    path("account/2fa/reauthenticate/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("account/2fa/totp/activate/", app.activate_totp, name="mfa_activate_totp"),
    path("account/2fa/totp/deactivate/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/2fa/recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/2fa/recovery-codes/generate/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/2fa/webauthn/", passkey.list_webauthn, name="mfa_list_webauthn"),
    path("account/2fa/webauthn/add/", passkey.add_webauthn, name="mfa_add_webauthn"),
    path("account/2fa/webauthn/login/", passkey.login_webauthn, name="mfa_login_webauthn"),
    path("account/2fa/webauthn/reauthenticate/", passkey.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/2fa/webauthn/keys/<int:pk>/edit/", passkey.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/2fa/webauthn/keys/<int:pk>/remove/", passkey.remove_webauthn, name="mfa_remove_webauthn"),
]

handler400 = "accord.web.pages.views.bad_request"
handler403 = "accord.web.pages.views.refused"
handler404 = "accord.web.pages.views.not_found"
handler429 = "accord.web.pages.views.too_many"
handler500 = "accord.web.pages.views.broken"
