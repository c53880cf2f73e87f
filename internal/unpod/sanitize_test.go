// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

// TestSanitize_hidesProxyCredentials has servers and proxies repeat credentials in
// different forms. Normalization makes one letter of two characters.
func TestSanitize_hidesProxyCredentials(t *testing.T) {
	t.Parallel()
	token := testOptions(t, "https://unpod.example").Token
	for name, test := range map[string]struct {
		user       *url.Userinfo
		text, want string
	}{
		"none":              {nil, "all: is :fine", "all: is :fine"},
		"user name alone":   {url.User("hunter"), "No hunter: ever", "No (redacted): ever"},
		"before normalized": {url.UserPassword("user", "caf\u00e9"), "cafe\u0301 is wrong", "(redacted) is wrong"},
		"as in a URL":       {url.UserPassword("user", "a@b$c&d"), "http://user:a%40b$c&d@proxy", "http://user:(redacted)@proxy"},
		"one letter":        {url.UserPassword("user", "a"), "say can", "s(redacted)y c(redacted)n"},
		"the word itself":   {url.UserPassword("user", "redacted"), "is redacted", "is (redacted)"},
	} {
		if got := newRedactor(token, &url.URL{User: test.user}).sanitize(test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// TestSanitize_cutLeavesNoPartOfToken moves the token, in each of its forms, over
// the place where a long text is cut. Characters that are taken out come before it,
// so that this place would be shown.
func TestSanitize_cutLeavesNoPartOfToken(t *testing.T) {
	t.Parallel()
	token := testOptions(t, "https://unpod.example").Token
	secrets := newRedactor(token, &url.URL{User: url.UserPassword("user", "b")}) // A letter of the token.
	for _, form := range []string{canary, base64.StdEncoding.EncodeToString([]byte(canary))} {
		for before := maxMessageBytes - len(form) - 1; before <= maxMessageBytes+1; before++ {
			text := "no" + strings.Repeat("\x00", before-2) + form
			got := secrets.sanitize(text + strings.Repeat("\x00", 100))
			for part := 4; part <= len(form); part++ {
				if strings.Contains(got, form[part-4:part]) {
					t.Fatalf("with %d bytes before the token, got %q", before, got)
				}
			}
		}
	}
	uncut := strings.Repeat("\x00", maxMessageBytes-9) + "the limit"
	for text, want := range map[string]string{uncut: "the limit", uncut + "!": "…", "wholly " + strings.Repeat("a", maxMessageBytes): "wholly " + strings.Repeat("a", 493) + "…"} {
		if got := secrets.sanitize(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestCheckCharacters covers characters that could mislead a reader or control a
// terminal, and the joiners and non-joiners that some scripts and emoji need.
func TestCheckCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Zürich ~ 1": "", "東京 支社": "", "می\u200cخواهم": "", "क्\u200dष": "", "👩\u200d💻 🏳️\u200d🌈": "", "a\u00a0b": "", "": "",
		"\x1b[2J": "a control character (U+001B)", "a\a": "a control character (U+0007)", "\x7f": "a control character (U+007F)",
		"a\u009b31m": "a control character (U+009B)",
		"\n":         "a line break (U+000A)", "a\r": "a line break (U+000D)", "\u0085": "a line break (U+0085)",
		"a\u2028b": "a line break (U+2028)", "\u2029": "a line break (U+2029)",
		"\u202e": "an invisible or text-direction character (U+202E)", "a\u200b": "an invisible or text-direction character (U+200B)",
		"\u00ad": "an invisible or text-direction character (U+00AD)", "\U000e0041": "an invisible or text-direction character (U+E0041)",
		"a\u200d": "an invisible or text-direction character (U+200D)", "\u200da": "an invisible or text-direction character (U+200D)",
		"a\u200d1": "an invisible or text-direction character (U+200D)", "1\u200ca": "an invisible or text-direction character (U+200C)",
		"a\u200d\u200db": "an invisible or text-direction character (U+200D)",
	} {
		if want != "" {
			want = "contains " + want
		}
		wantErrorText(t, checkCharacters(text), want)
	}
}

func TestSanitize(t *testing.T) {
	t.Parallel()
	client := fakeClient(t, nil)
	half := len(canary) / 2
	for name, test := range map[string]struct{ text, want string }{
		"empty":                  {"", ""},
		"surrounding whitespace": {" \t\r\nNo.\n\n", "No."},
		"line breaks":            {"One.\nTwo.\r\nThree.\u2028Four.\u2029Five.\u0085Six.", "One. Two.  Three. Four. Five. Six."},
		"control characters":     {"a\x00b\x07c\x08d\x7fe\u0080f", "abcdef"},
		"bidi overrides":         {"\u202eevil\u202c \u2066x\u2069\u200f", "evil x"},
		"zero width":             {"a\u200bb\u200dc\ufeffd\u00ade", "abcde"},
		"invalid UTF-8":          {"a\xffb\xc3", "ab"},
		"token":                  {"Token " + canary + " is invalid: " + canary, "Token " + redacted + " is invalid: " + redacted},
		"token with escapes":     {canary[:half] + "\x1b\x00" + canary[half:], redacted},
		"token with zero width":  {canary[:half] + "\u200b" + canary[half:], redacted},
		"token at the limit":     {strings.Repeat("a", 495) + canary, strings.Repeat("a", 495) + "(reda…"},
		"at the limit":           {strings.Repeat("ä", 500), strings.Repeat("ä", 500)},
		"over the limit":         {strings.Repeat("ä", 501), strings.Repeat("ä", 500) + "…"},
		"very long":              {strings.Repeat("無", 1<<20), strings.Repeat("無", 500) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := client.requester().secrets.sanitize(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
