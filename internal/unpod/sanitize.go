// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

const (
	// redacted is shown instead of a secret.
	redacted = "(redacted)"
	// maxMessageLen caps a server's message, in characters: more than any of the
	// platform's, and less than a screen.
	maxMessageLen = 500
)

// redactor finds a client's secrets in what a server or a proxy wrote. Functions
// hold them, because fmt prints whatever else a struct has.
type redactor struct {
	// hasToken says whether a text contains the token. It does not look for one
	// that is too short to tell from other text.
	hasToken func(text string) bool
	// redact masks the token and the proxy's credentials in a text.
	redact func(text string) string
}

func newRedactor(token Token, proxy *url.URL) redactor {
	all := anyOf(append(token.forms(), proxyForms(proxy)...))
	return redactor{
		hasToken: contains(token),
		redact:   func(text string) string { return all.ReplaceAllLiteralString(text, redacted) },
	}
}

// contains returns what looks for a token in text, in upper and lower case. It is
// quicker than anyOf: every text of a list passes it.
func contains(token Token) func(text string) bool {
	if token.isShort() {
		return func(string) bool { return false }
	}
	forms := token.forms()
	slices.Sort(forms)
	forms = slices.Compact(forms)
	return func(text string) bool {
		return slices.ContainsFunc(forms, func(form string) bool { return containsFold(text, form) })
	}
}

func containsFold(text, part string) bool {
	for i := 0; i+len(part) <= len(text); i++ {
		if strings.EqualFold(text[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// anyOf matches any of the texts, in upper and lower case. Like Terraform's own
// normalization, that takes U+212A, the Kelvin sign, for a K.
func anyOf(texts []string) *regexp.Regexp {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = regexp.QuoteMeta(text)
	}
	if len(texts) == 0 {
		return regexp.MustCompile(`[^\s\S]`) // nothing
	}
	return regexp.MustCompile("(?i)" + strings.Join(quoted, "|"))
}

// proxyForms are the texts that give away a proxy's credentials. A user name is
// one only if there is no password.
func proxyForms(proxy *url.URL) []string {
	if proxy == nil || proxy.User == nil || proxy.User.String() == ":" || proxy.User.String() == "" {
		return nil
	}
	secret, _ := proxy.User.Password()
	pair := proxy.User.Username() + ":" + secret
	if secret == "" {
		secret = proxy.User.Username()
	}
	return append(encodings(pair), encodings(secret)...)
}

// encodings are the forms that something on the way could give a secret, besides
// another case.
func encodings(secret string) []string {
	return []string{
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawStdEncoding.EncodeToString([]byte(secret)),
		url.QueryEscape(secret),
		url.PathEscape(secret),
		strings.Trim(strconv.Quote(secret), `"`),
		secret,
	}
}

// sanitize makes foreign text fit to be shown: on one line, without control and
// format characters, without secrets, and short. The order matters: taking
// characters out must not reveal a token, and cutting must not leave half of one.
func (r redactor) sanitize(text string) string {
	text = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.IsPrint(c):
			return c
		}
		return -1
	}, strings.ToValidUTF8(text, ""))
	text = r.redact(norm.NFC.String(r.redact(strings.TrimSpace(text))))
	characters := 0
	for i := range text {
		if characters == maxMessageLen {
			return text[:i] + "…"
		}
		characters++
	}
	return text
}

// decoding returns the options to decode a body with. Whatever goes into a string
// or an int64 passes here, so that no field of an element can be forgotten.
func (r redactor) decoding() json.Options {
	return json.JoinOptions(ignoringUnknown, json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(r.decodeText),
		json.UnmarshalFromFunc(r.decodeInteger),
	)))
}

// decodeText decodes a string that goes into state, as state will hold it:
// Terraform normalizes text to NFC.
func (r redactor) decodeText(decoder *jsontext.Decoder, text *string) error {
	if decoder.PeekKind() != jsontext.KindString {
		return problem("is not a string")
	}
	value, err := decoder.ReadToken()
	if err != nil {
		return err
	}
	sent := value.String()
	*text = norm.NFC.String(sent)
	// A mark after the token would change its last letter.
	if r.hasToken(*text) || sent != *text && r.hasToken(sent) {
		return errTokenReturned
	}
	return checkCharacters(*text)
}

// decodeInteger decodes a whole number of 64 bits. The token can be digits.
func (r redactor) decodeInteger(decoder *jsontext.Decoder, number *int64) error {
	value, err := decoder.ReadValue()
	if err != nil {
		return err
	}
	if len(value) >= minTellingLen && r.hasToken(string(value)) {
		return errTokenReturned
	}
	if *number, err = strconv.ParseInt(string(value), 10, 64); err != nil {
		return problem("is not a whole number of 64 bits")
	}
	return nil
}

// checkCharacters refuses characters that drive a terminal, or show something
// else than a text says: Terraform prints it as it is.
func checkCharacters(text string) error {
	var before rune
	for i, c := range text {
		if c >= ' ' && c < 0x7f { // Most are.
			before = c
			continue
		}
		after := text[i+utf8.RuneLen(c):]
		if unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) && !isJoiner(before, c, after) {
			return problem(fmt.Sprintf("contains %s (%U)", characterKind(c), c))
		}
		before = c
	}
	return nil
}

// isJoiner says whether a character is U+200C or U+200D and joins or parts what
// stands around it, as several languages and emoji need it.
func isJoiner(before, c rune, after string) bool {
	next, _ := utf8.DecodeRuneInString(after)
	return (c == '\u200c' || c == '\u200d') && after != "" &&
		unicode.In(before, unicode.L, unicode.M, unicode.S) && unicode.In(next, unicode.L, unicode.M, unicode.S)
}

// characterKind names a kind of character that is refused.
func characterKind(c rune) string {
	switch {
	case strings.ContainsRune("\n\v\f\r\u0085\u2028\u2029", c):
		return "a line break"
	case unicode.Is(unicode.Cc, c):
		return "a control character"
	}
	return "an invisible or direction-changing character"
}
