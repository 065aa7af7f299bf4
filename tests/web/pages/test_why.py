"""Why we ask: the page that everyone reads leads nobody to a page they do not have."""

from tests.cast import Cast


def test_it_leads_a_client_to_their_own_page_and_staff_to_none(cast: Cast) -> None:
    for person, visitor in cast.everyone.items():
        leads = 'href="/my/"' in visitor.get("/why/").content.decode().split("<main")[1].split("</main>")[0]
        assert leads == (visitor.get("/my/").status_code != 404), person
