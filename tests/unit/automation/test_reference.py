from automation.cli.reference import PAGE, page


def test_the_page_of_the_commands_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make reference"
