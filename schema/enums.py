"""The domain's enumerations in the graph, each member with its description."""

from __future__ import annotations

from domain.access import Kind, Role, Scope
from domain.articles.rules import ArticleStatus
from domain.deliveries.rules import Rejection
from domain.distribution.limits import TextForm
from domain.distribution.rules import DistributionState, DistributionWay
from domain.engagement.rules import (
    Basis,
    Bound,
    Bucket,
    Finality,
    Metric,
    MetricStatus,
    Population,
    Source,
    SubjectKind,
    ValueKind,
)
from domain.inflation.flags import FlagKind
from domain.inflation.states import InflationState
from domain.media.rules import MediaKind, MediaState, RenditionFormat
from domain.organizations.rules import OrganizationKind
from domain.partners.rules import PartnerKind, Platform
from domain.permissions import Permission
from domain.posts.rules import PostState
from domain.publishing.rules import PlannedStep, PlanState
from domain.reviews.checks.documents import TermKind
from domain.reviews.checks.steps import CheckKind
from domain.reviews.rules import (
    AfterChange,
    EntryKind,
    ReviewState,
    StageKind,
    StagePlace,
    SubjectOfReview,
)
from domain.teams.rules import TeamKind
from domain.users.rules import UserState
from domain.webhooks.rules import MessageState, WebhookEventType
from schema.described import described

described(
    OrganizationKind,
    "What a node of the network is.",
    CENTRE="Practice centre of the district 中心.",
    BRANCH="Practice branch 所.",
    POINT="Practice point or station 站/点.",
    BASE="Practice base 基地.",
    MEDIA_CENTRE="District or township media centre 融媒体中心.",
    AGENCY="Government agency or public body.",
)
described(
    TeamKind,
    "What a node of the volunteer corps is.",
    CORPS="Corps 总队.",
    DETACHMENT="Detachment 支队.",
    SQUADRON="Squadron 中队.",
    SQUAD="Squad 小队.",
    GROUP="Volunteer group.",
    LECTURE_GROUP="Lecture group 宣讲团.",
)
described(
    ArticleStatus,
    "Where an article stands.",
    DRAFT="Being written; public to nobody.",
    PUBLISHED="Public.",
    WITHDRAWN="Was public, is not any more.",
)
described(
    PlannedStep,
    "What is planned of an article.",
    PUBLISH="A revision of it goes public.",
    WITHDRAW="It is taken back from the public.",
)
described(
    PlanState,
    "What became of a plan.",
    PLANNED="Its time is to come.",
    DONE="It was carried out.",
    SKIPPED="When its time came there was nothing to do any more.",
    FAILED="When its time came it was refused: `problem` and `told` say why.",
    CANCELLED="It was given up before its time.",
)
described(
    DistributionWay,
    "How an article gets to an account.",
    INTERFACE="A worker sends it by the platform's interface.",
    COPY="A person copies the package, and pastes the link of the post.",
    REQUEST="The partner is asked to carry it, and answers.",
)
described(
    DistributionState,
    "Where an article on its way to an account stands.",
    QUEUED="To be sent, or to be copied.",
    SENT="The partner was asked, and has not answered.",
    ACCEPTED="It stands there, as a post.",
    REFUSED="The platform or the partner will not have it.",
    GONE="It stood there; its post is gone.",
    CANCELLED="It was taken back before it stood there.",
)
described(
    TextForm,
    "What the body of a package is.",
    HTML="A page, with the pictures in their places.",
    TEXT="Plain text, with the pictures beside it.",
)
described(
    PartnerKind,
    "What a partner is.",
    BLOGGER="A blogger.",
    SELF_MEDIA="A self-media organization 自媒体.",
    GOVERNMENT_MEDIA="Media of a government body 政务新媒体.",
    MEDIA_CENTRE="A media centre's own accounts.",
)
described(
    Platform,
    "Where an account lives.",
    WECHAT="WeChat Official Accounts 微信公众号.",
    WEIBO="Weibo 微博.",
    BILIBILI="Bilibili 哔哩哔哩.",
    DOUYIN="Douyin 抖音.",
    KUAISHOU="Kuaishou 快手.",
    TOUTIAO="Toutiao 今日头条.",
    ZHIHU="Zhihu 知乎.",
    MASTODON="Mastodon.",
    YOUTUBE="YouTube.",
    PLAUSIBLE="A site of one's own, counted by Plausible.",
    WORDPRESS="WordPress.com.",
    OTHER="Anything else; counted by push or CSV.",
)
described(
    PostState,
    "Whether the platform still has the post.",
    LIVE="It is there.",
    GONE="It is gone from the platform; its last counts are kept.",
)
described(
    Metric,
    "What is counted.",
    READS="Reads 阅读.",
    LIKES="Likes 点赞.",
    COMMENTS="Comments 评论.",
    SHARES="Shares, reposts 转发.",
)
described(
    MetricStatus,
    "What a value is worth.",
    EXACT="As the sources say it.",
    AT_LEAST="A lower bound: some source only says “at least”.",
    PROVISIONAL="Some source may still revise it.",
    STALE="Nothing new was heard for too long.",
    UNAVAILABLE="Nothing is known; there is no value.",
)
described(
    Population,
    "What one unit of a counter is.",
    COUNT="One event: a read, a play, a like.",
    PEOPLE="One person, however often. People are never added up.",
    IMPRESSIONS="One time that something was shown.",
)
described(
    ValueKind,
    "What a value covers.",
    CUMULATIVE="Everything since publication.",
    INTERVAL="Its own period.",
)
described(
    Bound,
    "Whether a value is the value itself.",
    EXACT="It is.",
    AT_LEAST="It is a lower bound, as WeChat's “10万+”.",
)
described(
    Finality,
    "Whether the source may still revise a value.",
    PROVISIONAL="It may.",
    FINAL="It will not.",
)
described(
    Basis,
    "By which date a platform files a value.",
    EVENT_DATE="By the day it happened.",
    PUBLISH_DATE="By the post's publication: everything since then.",
)
described(
    SubjectKind,
    "What has totals.",
    POST="A post.",
    ARTICLE="An article.",
    CAMPAIGN="A campaign.",
    ACCOUNT="A partner's account.",
    PARTNER="A partner.",
    ORGANIZATION="An organization, with all below it.",
    NETWORK="Everything.",
)
described(
    WebhookEventType,
    "What webhooks tell of.",
    ARTICLE_PUBLISHED="An article went public: article.published.",
    ARTICLE_WITHDRAWN="An article is public no longer: article.withdrawn.",
    ENGAGEMENT_THRESHOLD="A total reached the endpoint's threshold: engagement.threshold.",
    DELIVERY_REJECTED="Items of a delivery were not taken: delivery.rejected.",
    REVIEW_OVERDUE="A stage of a review was not over when it was due: review.overdue.",
)
described(
    MessageState,
    "Where a webhook's message stands.",
    PENDING="Still to be sent, or to be sent again.",
    DELIVERED="The receiver took it.",
    DEAD="Given up; it can be replayed.",
)
described(
    Source,
    "How a figure reached us.",
    PULL="We asked its platform.",
    PUSH="Its partner pushed it.",
    CSV="From a file.",
    MANUAL="Somebody entered it.",
)
described(
    Rejection,
    "Why an item of a push was not taken.",
    MALFORMED="A field is missing, misspelt or of the wrong kind.",
    UNKNOWN_POST="No post of the partner's accounts.",
    AMBIGUOUS_POST="Several accounts have a post of this name.",
    UNKNOWN_ACCOUNT="No account on which the post could be registered.",
    AMBIGUOUS_ACCOUNT="Several accounts on which the post could be registered.",
    INVALID_POST="The post cannot be registered as it was described.",
    VALUE_OUT_OF_RANGE="Negative, or above the limit.",
    INVALID_TIME="Missing, in the future, or before any platform counted.",
    INVALID_PERIOD="Ends before it starts, is too long, or contradicts the kind of value.",
    INVALID_DEFINITION="Too long, or not printable.",
    REASON_NEEDED="It changes a settled figure, and does not say why.",
)
described(
    Bucket,
    "How a series is cut, in the deployment's time zone.",
    HOUR="By hour.",
    DAY="By day.",
    WEEK="By week of ISO 8601, from Monday.",
    MONTH="By calendar month.",
)
described(
    FlagKind,
    "Which rule finds that counts may be bought.",
    GAIN_LEVEL="An hour or a day gained far more than others of its age.",
    GAIN_JUMP="It gained far more, against the one before, than others did at that age.",
    LASTING_STEP="It rose and did not decay.",
    RATIO="Likes per read are unusual; weak evidence.",
)
described(
    InflationState,
    "What a person decided of a flag.",
    OPEN="Nobody has decided yet.",
    CONFIRMED="Counts were bought; a discount says how many.",
    DISMISSED="There is another reason.",
)
described(
    Kind,
    "What kind of caller somebody is.",
    ANONYMOUS="Nobody known: neither signed in nor with a token.",
    USER="A person who signed in.",
    APPLICATION="A program with a bearer token.",
    PARTNER="A partner's program with a bearer token.",
    SYSTEM="The system itself.",
)
described(
    Scope,
    "What a caller may use its roles for. Each includes those before it.",
    READ_PUBLIC="Reading what everybody may read.",
    READ_INTERNAL="Reading what its roles, or being that partner, allow.",
    WRITE="Changing what its roles allow.",
)
described(
    Role,
    "What somebody is at an organization and everything below it.",
    AUTHOR="Writes articles.",
    REVIEWER="Reads, reviews and corrects drafts.",
    PUBLISHER="Publishes and withdraws articles, registers posts, begins campaigns.",
    DISPATCHER="Dispatches the orders of residents.",
    ANALYST="Reads drafts and their figures, deliveries, flags, and how pulls are going.",
    ADMINISTRATOR="Everything that can be done there, granting roles included.",
)
described(
    Permission,
    "What a role at an organization allows there and below.",
    SEE_DRAFTS="Seeing drafts and withdrawn articles, their posts and figures.",
    SEE_DELIVERIES="Seeing deliveries, flags, discounts, and how pulls are going.",
    SEE_ROLES="Seeing who holds which role.",
    CREATE_ARTICLE="Beginning articles.",
    EDIT_DRAFT="Writing drafts: new ones, and those beside what is public.",
    EDIT_ARTICLE="Changing address, author and organization of what is or was public.",
    PUBLISH_ARTICLE="Publishing and withdrawing articles.",
    REVIEW="Acting in the stages of a review that are for one's role.",
    MANAGE_REVIEWS="Making workflows of reviews and saying for whom they hold.",
    UPLOAD_MEDIA="Uploading, describing and deleting files of the library.",
    DISTRIBUTE_ARTICLE="Offering published articles to accounts, and saying what became of it.",
    CREATE_CAMPAIGN="Beginning campaigns.",
    REGISTER_POST="Registering posts, and putting them into campaigns.",
    IMPORT_ENGAGEMENT="Importing figures from files.",
    DECIDE_INFLATION="Confirming and dismissing flags.",
    MANAGE_PARTNER="Registering partners and accounts, their credentials and secrets.",
    MANAGE_ORGANIZATION="Entering, renaming and moving organizations, people and teams.",
    GRANT_ROLE="Granting and ending roles.",
)
described(
    MediaKind,
    "What a file of the library is.",
    IMAGE="A picture: JPEG, PNG, GIF, WebP, AVIF.",
    VIDEO="A film: MP4, MOV, WebM.",
    AUDIO="Sound: MP3, M4A, Ogg, WAV, FLAC.",
    DOCUMENT="A document: PDF, DOCX, XLSX, PPTX.",
)
described(
    MediaState,
    "Whether a file can be shown.",
    RENDERING="A picture whose renditions are being made.",
    READY="It can.",
    BROKEN="A picture that cannot be decoded.",
)
described(
    RenditionFormat,
    "How a rendition is encoded.",
    AVIF="AVIF: the smallest.",
    WEBP="WebP: what every browser of today shows.",
    JPEG="JPEG: what everything shows; one size.",
)
described(
    UserState,
    "Where an account of a person stands.",
    INVITED="Its owner has not taken it yet.",
    ACTIVE="Its owner may sign in.",
    LOCKED="Nobody may sign in to it.",
)
described(SubjectOfReview, "What is reviewed.", ARTICLE="An article.")
described(
    StageKind,
    "What a stage of a review looks at.",
    REVIEW="The content 审.",
    PROOFREAD="The letters 校.",
)
described(
    StagePlace,
    "Where a stage's role must be held. A role held further up holds there too.",
    SUBJECT="At the subject's own organization.",
    ABOVE="At the organization above it; in the whole network where none is.",
    GIVEN="At the organization the stage names.",
)
described(
    AfterChange,
    "What becomes of a stage's approvals when the subject changes afterwards. With a stage's fall"
    " those of all later ones.",
    KEEP="They stand.",
    REPEAT="They fall.",
    REPEAT_UNLESS_CORRECTED="They fall, unless it was a reviewer who corrected it.",
)
described(
    ReviewState,
    "Where a review stands.",
    RUNNING="It is a stage's turn.",
    RETURNED="Sent back to who wrote it.",
    PASSED="Every stage has approved it.",
    WITHDRAWN="Taken back by who submitted it.",
    PUBLISHED="It passed, and went public as it passed.",
)
described(
    EntryKind,
    "What happened in a review.",
    SUBMITTED="It began.",
    RESUBMITTED="It was submitted again, sent back or changed as it was.",
    REVISED="The subject changed meanwhile.",
    CLAIMED="Somebody took the stage on.",
    RELEASED="Somebody gave the stage back.",
    INVITED="Somebody without an account was invited to the stage.",
    APPROVED="Somebody approved the stage.",
    REJECTED="Somebody sent it back.",
    OVERRIDDEN="A finding was overridden.",
    OVERDUE="The stage was not over when it was due.",
    WITHDRAWN="It was taken back.",
    PUBLISHED="What passed went public.",
    PUBLISHED_URGENTLY="It went public before its review was over.",
)
described(
    CheckKind,
    "What is looked for in what is reviewed.",
    MISSING_ALT="Pictures that say nothing to who cannot see them.",
    UNSET_SOURCE="No source.",
    TERM="Sensitive and incorrect words of the lists.",
    LEADER="Names and titles of leaders, by the list.",
    TYPOGRAPHY="How Chinese is set: punctuation and spaces.",
    DUPLICATE="Something public that says nearly the same.",
    DEAD_LINK="Links that lead to nothing.",
)
described(
    TermKind,
    "Why a word is on the list.",
    SENSITIVE="It needs care.",
    INCORRECT="It is wrong.",
    LEADER="It is a leader's name; the suggestion is the title that belongs before it.",
)
