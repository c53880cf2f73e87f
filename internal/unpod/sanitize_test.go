// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
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
		"padded Base64":     {url.UserPassword("user", "hunter"), "Basic dXNlcjpodW50ZXI= no", "Basic (redacted) no"},
		"before normalized": {url.UserPassword("user", "caf\u00e9"), "cafe\u0301 is wrong", "(redacted) is wrong"},
		"as in a URL":       {url.UserPassword("user", "a@b$c&d"), "http://user:a%40b$c&d@proxy", "http://user:(redacted)@proxy"},
		"one letter":        {url.UserPassword("user", "a"), "say can", "s(redacted)y c(redacted)n"},
		"the word itself":   {url.UserPassword("user", "redacted"), "is redacted", "is (redacted)"},
	} {
		if got := newRedactor(Options{Token: token}, &url.URL{User: test.user}).sanitize(test.text); got != test.want {
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
	secrets := newRedactor(Options{Token: token}, &url.URL{User: url.UserPassword("user", "b")}) // A letter of the token.
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

// TestSanitize_hidesHandleInFormOfToken has people swap the token and the handle.
func TestSanitize_hidesHandleInFormOfToken(t *testing.T) {
	t.Parallel()
	handle := strings.Repeat("0f1e2d3c", 5)
	swapped := func(o *Options) { o.Token, _ = ParseToken("acme"); o.OrgHandle = handle }
	client := fakeClient(t, serve(unpodtest.JSON(403, `{"message":"No `+handle+`, acme"}`)), swapped)
	wantFailure(t, client, 1, jsonStatus(403, "No (redacted), (redacted)"))
	client = fakeClient(t, serve(unpodtest.JSON(200, `{"data":[{"id":1,"account_sid":"`+handle+`"}]}`)), swapped)
	wantFailure(t, client, 1, &ShapeError{"data[0].account_sid", TokenReturned})
}

// TestSanitize_cutSelectorsLeaveNoPartOfToken cuts a token of digits that variation
// selectors make twice as long.
func TestSanitize_cutSelectorsLeaveNoPartOfToken(t *testing.T) {
	t.Parallel()
	token, err := ParseToken(strings.Repeat("0123456789", 4))
	if err != nil {
		t.Fatal(err)
	}
	part := strings.Join(strings.Split(strings.Repeat("0123456789", 4)[:39], ""), "\ufe0f")
	text := "no" + strings.Repeat("\x00", maxMessageBytes-2-len(part)) + part + "\ufe0f9"
	if got := newRedactor(Options{Token: token}, nil).sanitize(text); got != "…" {
		t.Errorf("got %q, want nothing of the token", got)
	}
}

// TestCheckCharacters covers the kinds of characters, and the neighbors of joiners and
// variation selectors.
func TestCheckCharacters(t *testing.T) {
	t.Parallel()
	const hidden = "an invisible or text-direction character "
	for text, want := range map[string]string{
		"Zürich ~ 1": "", "東京 支社": "", "a\u00a0b": "", "": "",
		"\x00\x01": "a control character (U+0000)", "\x1b[2J": "a control character (U+001B)", "a\a": "a control character (U+0007)", "\x7f": "a control character (U+007F)",
		"a\u009b31m": "a control character (U+009B)",
		"\n":         "a line break (U+000A)", "a\r": "a line break (U+000D)", "\u0085": "a line break (U+0085)",
		"a\u2028b": "a line break (U+2028)", "\u2029": "a line break (U+2029)",
		"\ue000": "a private or undefined character (U+E000)", "\uffff": "a private or undefined character (U+FFFF)",
		"\u202e": hidden + "(U+202E)", "a\u200b": hidden + "(U+200B)", "\u3164": hidden + "(U+3164)", "\u2800": hidden + "(U+2800)",
		"क\u200d": hidden + "(U+200D)", "\u200dक": hidden + "(U+200D)", "a\u200cक": hidden + "(U+200C)", "क\u200cé": hidden + "(U+200C)",
		"क\u200d1": hidden + "(U+200D)", "1\u200cक": hidden + "(U+200C)", "क\u200d\u200dक": hidden + "(U+200D)",
		"\ufe0f": hidden + "(U+FE0F)", " \ufe0f": hidden + "(U+FE0F)", "1\ufe0f\ufe0f": hidden + "(U+FE0F)", "漢\ufe01": hidden + "(U+FE01)",
		"a\ufe0f": hidden + "(U+FE0F)", "é\ufe0e": hidden + "(U+FE0E)", "α\ufe0f": hidden + "(U+FE0F)", "я\ufe0f": hidden + "(U+FE0F)",
	} {
		if want != "" {
			want = "contains " + want
		}
		wantErrorText(t, checkCharacters(text), want)
	}
}

// TestSanitize_keepsNeededCharacters has emoji and scripts that need characters which
// cannot be seen.
func TestSanitize_keepsNeededCharacters(t *testing.T) {
	t.Parallel()
	secrets := fakeClient(t, nil).requester().secrets
	for name, text := range map[string]string{
		"keycaps": "1\ufe0f\u20e3 #\ufe0f\u20e3 *\ufe0f\u20e3", "flags": "🇩🇪 🏳\ufe0f\u200d🌈 🏴\u200d☠\ufe0f", "families": "👨\u200d👩\u200d👧\u200d👦 👩🏽\u200d💻",
		"hearts": "❤\ufe0f ❤\ufe0e ❤\ufe0f\u200d🔥", "symbols": "ℹ\ufe0f ™\ufe0f ©\ufe0e ‼\ufe0f Ⓜ\ufe0f ㊗\ufe0f", "Persian": "می\u200cخواهم", "Hindi": "क्\u200dष क्\u200cष",
		"Sinhala": "ශ්\u200dරී ලංකා", "Malayalam": "ന്\u200d", "German": "Auf\u00adlage",
	} {
		want := text
		if name == "Malayalam" || name == "German" { // Nothing follows the joiner. A soft hyphen is not needed.
			want = strings.NewReplacer("\u200d", "", "\u00ad", "").Replace(text)
		}
		if got := secrets.sanitize(text); got != want || (checkCharacters(text) == nil) != (want == text) {
			t.Errorf("%s: got %q and error %v, want %q", name, got, checkCharacters(text), want)
		}
	}
}

// TestSanitize_findsTokenBetweenInvisible puts each character that Unicode calls
// invisible, or a control character, into a text and into the token.
func TestSanitize_findsTokenBetweenInvisible(t *testing.T) {
	t.Parallel()
	secrets := fakeClient(t, nil).requester().secrets
	bounds := map[rune]bool{'\u2800': true}
	for _, table := range []*unicode.RangeTable{
		unicode.Categories["Cc"], unicode.Categories["Cf"], unicode.Categories["Co"], unicode.Categories["Zl"], unicode.Categories["Zp"],
		unicode.Properties["Other_Default_Ignorable_Code_Point"], unicode.Properties["Variation_Selector"], unicode.Properties["Noncharacter_Code_Point"],
	} {
		for _, each := range table.R16 {
			bounds[rune(each.Lo)], bounds[rune(each.Hi)] = true, true
		}
		for _, each := range table.R32 {
			bounds[rune(each.Lo)], bounds[rune(each.Hi)] = true, true //nolint:gosec // A code point fits.
		}
	}
	for c := range bounds {
		if err := checkCharacters("a" + string(c) + "b"); err == nil {
			t.Errorf("%U is accepted", c)
		}
		for _, before := range []int{3, len("canary-0")} { // After a digit, U+FE0F may stay.
			text := canary[:before] + string(c) + canary[before:]
			if got := secrets.sanitize(text); got != redacted {
				t.Errorf("%U in the token: got %q", c, got)
			}
			body := `{"data":[{"id":1,"provider":"` + text + `"}]}`
			if c < ' ' {
				continue // It must be escaped.
			}
			_, err := fakeClient(t, serve(unpodtest.JSON(200, body))).readAlone(t.Context(), maxBytes)
			wantSame(t, err, &ShapeError{"data[0].provider", TokenReturned})
		}
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
