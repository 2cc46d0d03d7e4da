"""Threads, on SQLite and PostgreSQL."""

from bot.storage import Storage


def test_a_thread_keeps_its_first_asker_and_changes_its_state_once(storage: Storage, talk: str) -> None:
    storage.threads.touch(talk, "T1:A")
    storage.threads.touch(talk, "T1:B")
    thread = storage.threads.get(talk)
    assert thread is not None
    assert (thread.asker, thread.state) == ("T1:A", "open")
    assert storage.threads.set_state(talk, "taken")
    assert not storage.threads.set_state(talk, "taken")
    assert storage.threads.set_state(f"{talk}0", "taken", "T1:A")


def test_a_thread_is_handed_over_once_and_the_same_press_again_is_still_the_first(storage: Storage, talk: str) -> None:
    assert storage.threads.hand_over(talk, "T1:A", "press 1")
    assert storage.threads.hand_over(talk, "T1:A", "press 1")  # the process died before the decision was kept
    assert not storage.threads.hand_over(talk, "T1:B", "press 2")
    thread = storage.threads.get(talk)
    assert thread is not None
    assert thread.state == "handed"
    assert storage.threads.set_state(talk, "solved")
    assert storage.threads.hand_over(talk, "T1:B", "press 3")
