// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/url"
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
	// redacted replaces a secret.
	redacted = "(redacted)"
	// maxMessageLen caps a server's message, in characters. The platform's are
	// all shorter, and it fits on a screen.
	maxMessageLen = 500
	// maxMessageBytes caps how much of a message is normalized and searched.
	maxMessageBytes = 16 << 10
)

// redactor finds a client's secrets in text from a server or a proxy. It holds
// them in functions, because fmt prints all other fields of a struct.
type redactor struct {
	// hasToken reports whether a text contains the token. It is always false for
	// a token that is too short to tell from other text.
	hasToken func(text string) bool
	// redact replaces the token and the proxy's credentials in a text.
	redact func(text string) string
	// longest is the length of the longest text that redact replaces.
	longest int
}

func newRedactor(token Token, proxy *url.URL) redactor {
	forms, longest := token.forms(), 0
	secrets := slices.Concat(forms, proxyForms(proxy))
	for _, secret := range secrets {
		longest = max(longest, len(secret))
	}
	return redactor{
		longest: longest,
		hasToken: func(text string) bool {
			return !token.isShort() && slices.ContainsFunc(forms, func(form string) bool { return indexFold(text, form) >= 0 })
		},
		redact: func(text string) string {
			for _, secret := range secrets {
				text = replaceFold(text, secret, redacted)
			}
			return text
		},
	}
}

// indexFold is strings.Index, but ignores case.
func indexFold(text, part string) int {
	for i := 0; i+len(part) <= len(text); i++ {
		if strings.EqualFold(text[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

// replaceFold is strings.ReplaceAll, but ignores case.
func replaceFold(text, part, by string) string {
	var replaced strings.Builder
	for i := indexFold(text, part); i >= 0; i = indexFold(text, part) {
		replaced.WriteString(text[:i] + by)
		text = text[i+len(part):]
	}
	return replaced.String() + text
}

// proxyForms returns the texts that reveal a proxy's credentials. They
// include the user name only if there is no password.
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

// encodings returns the forms in which a server or a proxy may repeat a secret,
// the longest first.
func encodings(secret string) []string {
	forms := []string{
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawStdEncoding.EncodeToString([]byte(secret)),
		url.QueryEscape(secret),
		url.PathEscape(secret),
		strings.Trim(strconv.Quote(secret), `"`),
		secret,
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	return slices.Compact(forms)
}

// sanitize makes text from outside safe to show: one line, no control or format
// characters, no secrets, and short. The order matters: removing characters must
// not reveal a token, and a cut must not leave a part of one.
func (r redactor) sanitize(text string) string {
	cut := len(text) > maxMessageBytes
	text = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.IsPrint(c):
			return c
		}
		return -1
	}, strings.ToValidUTF8(text[:min(len(text), maxMessageBytes)], ""))
	shown := []rune(r.redact(norm.NFC.String(r.redact(strings.TrimSpace(text)))))
	if cut { // It may end in the first part of a secret.
		shown = shown[:max(len(shown)-r.longest, 0)]
	}
	if cut || len(shown) > maxMessageLen {
		return string(shown[:min(len(shown), maxMessageLen)]) + "…"
	}
	return string(shown)
}

// decoding returns the options for decoding a body. They apply to every string
// and int64, so that no field can skip the checks.
func (r redactor) decoding() json.Options {
	return json.JoinOptions(lenient, json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(r.decodeText),
		json.UnmarshalFromFunc(r.decodeInteger),
	)))
}

// decodeText decodes a string to NFC, as Terraform stores it, and rejects the
// token and unsafe characters.
func (r redactor) decodeText(decoder *jsontext.Decoder, text *string) error {
	if decoder.PeekKind() != jsontext.KindString {
		return problem("is not a string")
	}
	value, err := decoder.ReadValue()
	if err != nil {
		return err
	}
	var short [64]byte // Most texts fit, and need no memory of their own.
	unquoted, err := jsontext.AppendUnquote(short[:0], value)
	if err != nil {
		return problem("contains invalid Unicode")
	}
	sent := string(unquoted)
	*text = norm.NFC.String(sent)
	// NFC can merge a combining mark into the token's last letter.
	if r.hasToken(*text) || sent != *text && r.hasToken(sent) {
		return errTokenReturned
	}
	return checkCharacters(*text)
}

// decodeInteger decodes a 64-bit integer. It looks for the token too, since a
// token may be all digits.
func (r redactor) decodeInteger(decoder *jsontext.Decoder, number *int64) error {
	value, err := decoder.ReadValue()
	if err != nil {
		return err
	}
	if len(value) >= minDetectableLen && r.hasToken(string(value)) {
		return errTokenReturned
	}
	if *number, err = strconv.ParseInt(string(value), 10, 64); err != nil {
		return problem("is not a 64-bit integer")
	}
	return nil
}

// checkCharacters rejects characters that control a terminal or disguise text,
// because Terraform prints text as it is.
func checkCharacters(text string) error {
	var before rune
	for i, c := range text {
		if c >= ' ' && c < 0x7f { // The common case.
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

// isJoiner reports whether c is U+200C or U+200D between letters, marks or
// symbols, as several languages and emoji use it.
func isJoiner(before, c rune, after string) bool {
	next, _ := utf8.DecodeRuneInString(after)
	return (c == '\u200c' || c == '\u200d') && after != "" &&
		unicode.In(before, unicode.L, unicode.M, unicode.S) && unicode.In(next, unicode.L, unicode.M, unicode.S)
}

// characterKind describes a rejected character.
func characterKind(c rune) string {
	switch {
	case strings.ContainsRune("\n\v\f\r\u0085\u2028\u2029", c):
		return "a line break"
	case unicode.Is(unicode.Cc, c):
		return "a control character"
	}
	return "an invisible or text-direction character"
}
