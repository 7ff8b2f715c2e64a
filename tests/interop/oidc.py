# SPDX-License-Identifier: Apache-2.0
"""Clients of an OpenID provider: a browser that signs in, and its token endpoint."""

import base64
import html
import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


class Browser:
    def __init__(self):
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), NoRedirect)

    def open(self, url, form=None):
        """(status, where it leads, text)"""
        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            r = self.opener.open(url, data, timeout=30)
        except urllib.error.HTTPError as e:
            r = e
        where = r.headers.get("Location")
        return r.status, where and urllib.parse.urljoin(url, where), r.read().decode()


def sign_in(url, redirect, fields):
    """Follow an authorization request to its code; `fields` fills forms."""
    browser, form = Browser(), None
    for _ in range(20):
        _, where, text = browser.open(url, form)
        form = None
        if where is None:
            action = html.unescape(re.search(r'<form[^>]*action="([^"]*)"', text).group(1))
            form = {}
            for tag in re.findall(r"<input[^>]*>", text):
                name = re.search(r'name="([^"]*)"', tag)
                value = re.search(r'value="([^"]*)"', tag)
                if name:
                    form[name.group(1)] = html.unescape(value.group(1)) if value else ""
            form.update({k: v for k, v in fields.items() if k in form})
            url = urllib.parse.urljoin(url, action)
        elif where.startswith(redirect):
            return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(where).query))
        else:
            url = where
    raise AssertionError("the sign-in does not end")


def post(url, form, user=None):
    headers = {}
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(user).encode()).decode()
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as r:
            text = r.read()
            return json.loads(text) if text else {}
    except urllib.error.HTTPError as e:
        raise AssertionError(f"{url}: {e.status} {e.read().decode()}") from e


def post_json(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as r:
        return r.read()
