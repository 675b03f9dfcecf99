"""What the pages say, in English and in Chinese."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "account": ("My account", "我的账号"),
    "back": ("Back", "返回"),
    "code": ("Code", "验证码"),
    "code_hint": (
        "Six digits from the app on your phone, or one of your recovery codes.",
        "手机应用上的六位数字，或一个恢复码。",
    ),
    "code_title": ("One more step", "还差一步"),
    "change_password": ("Change password", "修改密码"),
    "email": ("E-mail address", "邮箱地址"),
    "ended": ("Signed out.", "已退出登录。"),
    "factor": ("Two-step sign-in", "两步验证"),
    "factor_begin": ("Set up", "开始设置"),
    "factor_key": ("Or type this key into the app:", "或在应用中手动输入密钥："),
    "factor_none": (
        "Off. With it, signing in also asks for a code from your phone.",
        "未启用。启用后，登录时还需输入手机上的验证码。",
    ),
    "factor_on": ("On. Recovery codes left:", "已启用。剩余恢复码："),
    "factor_remove": ("Turn off", "关闭"),
    "factor_scan": (
        "Scan this with an authenticator app, then type the code it shows.",
        "用身份验证器应用扫描二维码，再输入它显示的验证码。",
    ),
    "invitation": ("Welcome", "欢迎加入"),
    "invitation_hint": (
        "Choose a password for your account {email}.",
        "请为您的账号 {email} 设置密码。",
    ),
    "last_seen": ("Last seen", "最近活动"),
    "home": ("Home page", "首页"),
    "name": ("Name", "姓名"),
    "new_password": ("New password", "新密码"),
    "no_password": ("You sign in with your organization's account.", "您使用单位账号登录。"),
    "old_password": ("Present password", "当前密码"),
    "openid": ("Sign in with {name}", "使用{name}登录"),
    "or": ("or", "或"),
    "password": ("Password", "密码"),
    "password_again": ("The same once more", "再输入一次"),
    "password_hint": (
        "At least 12 characters; any will do. Several words are easy to remember.",
        "至少 12 个字符，种类不限。几个词连起来便于记忆。",
    ),
    "password_set": ("The password is set. Sign in with it.", "密码已设置，请登录。"),
    "recovery": ("Recovery codes", "恢复码"),
    "recovery_hint": (
        "Each stands in for your phone once. Keep them apart from it; they are not shown again.",
        "每个恢复码可代替手机使用一次。请与手机分开保存，之后不再显示。",
    ),
    "reset": ("A new password", "重设密码"),
    "reset_hint": (
        "Choose a new password for {email}. You will be signed out everywhere.",
        "请为 {email} 设置新密码。所有设备将退出登录。",
    ),
    "save": ("Save", "保存"),
    "sessions": ("Where you are signed in", "已登录的设备"),
    "sign_in": ("Sign in", "登录"),
    "sign_out": ("Sign out", "退出"),
    "sign_out_everywhere": ("Sign out everywhere", "在所有设备上退出"),
    "this_device": ("this one", "本机"),
    "confirm": ("Continue", "继续"),
    "approve": ("Approve", "通过"),
    "opinion": ("Your opinion", "审稿意见"),
    "opinion_wrong": (
        "An opinion is needed here, of at most 1,500 letters.",
        "请填写审稿意见，不超过 1500 字。",
    ),
    "reject": ("Send back", "退稿"),
    "review": ("Review: {stage}", "审稿：{stage}"),
    "review_done": ("Thank you. Your decision is recorded.", "感谢您，审稿意见已记录。"),
    "review_hint": (
        "{name}, you were asked to review this article. The link works once, until {until}.",
        "{name}，请您审阅这篇稿件。链接仅可使用一次，有效期至 {until}。",
    ),
    "review_revision": (
        "This is revision {revision}. Your decision is recorded under your name.",
        "本稿为第 {revision} 版，您的意见将署名记录。",
    ),
    # What went wrong, by the problem's code.
    "BUSY": (
        "Too many people sign in at this moment. Try again soon.",
        "当前登录人数过多，请稍候。",
    ),
    "CROSS_SITE": (
        "This was sent from a page of another site. Nothing was done.",
        "请求来自其他网站的页面，未执行任何操作。",
    ),
    "DIFFERENT": ("The two passwords differ.", "两次输入的密码不一致。"),
    "INVALID": ("Something is wrong with what was sent.", "提交的内容有误。"),
    "INVALID_TEXT": ("The password holds a control character.", "密码中含有控制字符。"),
    "NO_LINK": (
        "This link opens nothing any more: it was used, replaced or has expired. Ask for another.",
        "链接已失效：已被使用、被替换或已过期。请联系管理员重新获取。",
    ),
    "NOT_HERE": ("There is no such page.", "没有这个页面。"),
    "NOT_NOW": (
        "This stage cannot be decided by this link now. Ask whoever sent it to you.",
        "此环节目前无法通过该链接审稿，请联系发送链接的人。",
    ),
    "OPENID_FAILED": (
        "Signing in with your organization's account did not work. Try again.",
        "使用单位账号登录失败，请重试。",
    ),
    "OPENID_UNKNOWN": (
        "There is no account here for you. Ask an administrator for an invitation.",
        "这里没有您的账号，请联系管理员邀请您。",
    ),
    "THROTTLED": (
        "Too many attempts. Try again in {minutes} min.",
        "尝试次数过多，请在 {minutes} 分钟后重试。",
    ),
    "TOO_COMMON": (
        "This password is too easy to guess. Choose another.",
        "这个密码太容易被猜到，请换一个。",
    ),
    "TOO_LONG": ("The password has too many characters.", "密码过长。"),
    "TOO_SHORT": ("The password needs at least 12 characters.", "密码至少需要 12 个字符。"),
    "UNAVAILABLE": ("This cannot be done now. Try again soon.", "暂时无法处理，请稍后重试。"),
    "WRONG_CODE": ("This code does not fit, or was used already.", "验证码不正确，或已被使用。"),
    "WRONG_CREDENTIALS": (
        "The e-mail address and the password do not fit.",
        "邮箱地址或密码不正确。",
    ),
    "WRONG_PASSWORD": ("This is not the present password.", "当前密码不正确。"),
}


def said(key: str, language: str, **values: object) -> str:
    """In the language: en or zh."""
    return WORDS[key][language == "zh"].format(**values)
