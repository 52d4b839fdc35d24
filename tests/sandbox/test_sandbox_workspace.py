from uuid import UUID

Seed = dict[str, list[dict[str, str]]]
RESERVED = (".example", ".example.com", ".example.net", ".example.org")


def test_the_workspace_has_its_records(seed: Seed) -> None:
    sizes = {collection: len(rows) for collection, rows in seed.items()}
    fields = {collection: set(rows[0]) for collection, rows in seed.items()}
    assert sizes == {"accounts": 12, "contacts": 30, "opportunities": 12}
    assert fields == {
        "accounts": {"id", "display_name", "domain_name"},
        "contacts": {"id", "display_name", "primary_email", "account_id"},
        "opportunities": {"id", "display_name", "account_id"},
    }


def test_ids_are_random_uuids_and_used_once(seed: Seed) -> None:
    ids = [row["id"] for rows in seed.values() for row in rows]
    assert [str(UUID(each)) for each in ids] == ids
    assert {UUID(each).version for each in ids} == {4}
    assert len(set(ids)) == len(ids)


def test_every_record_belongs_to_an_account(seed: Seed) -> None:
    accounts = {row["id"] for row in seed["accounts"]}
    owned = seed["contacts"] + seed["opportunities"]
    assert {row["account_id"] for row in owned} == accounts


def test_addresses_are_in_domains_that_nobody_can_own(seed: Seed) -> None:
    domains = [row["domain_name"] for row in seed["accounts"]]
    domains += [row["primary_email"].rpartition("@")[2] for row in seed["contacts"]]
    assert [each for each in domains if not each.endswith(RESERVED)] == []


def test_names_and_addresses_are_used_once(seed: Seed) -> None:
    addresses = [row["primary_email"] for row in seed["contacts"]]
    names = [row["display_name"] for rows in seed.values() for row in rows]
    assert len(set(addresses)) == len(addresses)
    assert len(set(names)) == len(names)
