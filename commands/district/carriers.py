"""Who carries the demo's articles: partners, and their accounts on the platforms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from commands.district import names
from commands.district.network import Organizations
from domain.organizations.rules import OrganizationKind
from domain.partners.rules import PartnerKind, Platform

GOVERNMENT_MEDIA = 90
SELF_MEDIA = 60
FEDERATED = 40
BLOGGERS = 100
MASTODON_URL = "https://mastodon.example"


@dataclass(frozen=True, slots=True)
class PartnerRow:
    id: int
    kind: PartnerKind
    name: str
    organization_id: int


@dataclass(frozen=True, slots=True)
class AccountRow:
    """credential: the platform's token, still open here; sealed when it is stored."""

    id: int
    partner_id: int
    platform: Platform
    external_id: str
    handle: str
    base_url: str = ""
    credential: str | None = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def tells_reads(self) -> bool:
        return bool(self.options.get("media"))


@dataclass(slots=True)
class Carriers:
    """Partners and accounts as they are added.

    by_organization: each media centre's own Weibo account.
    """

    partners: list[PartnerRow] = field(default_factory=list)
    accounts: list[AccountRow] = field(default_factory=list)
    by_organization: dict[int, AccountRow] = field(default_factory=dict)

    def add_partner(self, kind: PartnerKind, name: str, organization_id: int) -> PartnerRow:
        partner = PartnerRow(len(self.partners) + 1, kind, name, organization_id)
        self.partners.append(partner)
        return partner

    def add_account(self, partner: PartnerRow, platform: Platform, **more: Any) -> AccountRow:
        number = len(self.accounts) + 1
        account = AccountRow(number, partner.id, platform, f"demo-{number:04}", **more)
        self.accounts.append(account)
        return account

    def accounts_of(self, kind: PartnerKind, platform: Platform) -> list[AccountRow]:
        chosen = {partner.id for partner in self.partners if partner.kind is kind}
        return [a for a in self.accounts if a.partner_id in chosen and a.platform is platform]


def carriers(network: Organizations) -> Carriers:
    """The media centres' own accounts, 150 government and self-media partners, 100 bloggers."""
    found = Carriers()
    _media_centres(found, network)
    _government_media(found, network)
    _self_media(found, network)
    _bloggers(found, network)
    return found


def _media_centres(found: Carriers, network: Organizations) -> None:
    for centre in network.of(OrganizationKind.MEDIA_CENTRE):
        partner = found.add_partner(PartnerKind.MEDIA_CENTRE, f"{centre.name}官方账号", centre.id)
        found.by_organization[centre.id] = _media_account(found, partner)


def _government_media(found: Carriers, network: Organizations) -> None:
    branches = network.of(OrganizationKind.BRANCH)
    for number in range(GOVERNMENT_MEDIA):
        branch = number % len(branches)
        service = names.PROFESSIONS[number // len(branches)]
        name = f"{names.DISTRICT}{names.town(branch)}{service}政务号"
        partner = found.add_partner(PartnerKind.GOVERNMENT_MEDIA, name, branches[branch].id)
        _media_account(found, partner)
        found.add_account(partner, Platform.WECHAT, handle=name)


def _self_media(found: Carriers, network: Organizations) -> None:
    """Most live on Mastodon; the others are on Toutiao, which tells nothing: they push."""
    branches = network.of(OrganizationKind.BRANCH)
    for number in range(SELF_MEDIA):
        branch = number % len(branches)
        flavour = names.SELF_MEDIA[number % len(names.SELF_MEDIA)]
        name = f"{names.town(branch)}{flavour}（示例自媒体）"
        partner = found.add_partner(PartnerKind.SELF_MEDIA, name, branches[branch].id)
        if number < FEDERATED:
            found.add_account(
                partner,
                Platform.MASTODON,
                handle=f"demo{number + 1:02}@mastodon.example",
                base_url=MASTODON_URL,
                credential=f"user-mastodon-{number + 1:02}",
            )
        else:
            found.add_account(partner, Platform.TOUTIAO, handle=name)


def _bloggers(found: Carriers, network: Organizations) -> None:
    """Ordinary Weibo accounts: their reposts, comments and likes are told, their reads are not."""
    branches = network.of(OrganizationKind.BRANCH)
    for number in range(BLOGGERS):
        interest = names.BLOGGERS[number % len(names.BLOGGERS)]
        handle = f"示例博主{interest}{number // len(names.BLOGGERS) + 1:02}号"
        partner = found.add_partner(
            PartnerKind.BLOGGER, handle, branches[number % len(branches)].id
        )
        credential = f"user-weibo-{number + 1:03}"
        found.add_account(partner, Platform.WEIBO, handle=handle, credential=credential)


def _media_account(found: Carriers, partner: PartnerRow) -> AccountRow:
    return found.add_account(
        partner,
        Platform.WEIBO,
        handle=partner.name,
        credential=f"media-{partner.id:03}",
        options={"media": True},
    )
