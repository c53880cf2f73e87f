// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
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
	// removed stands for a secret until a text has been searched twice.
	removed = "\x00"
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
	// remove removes all secrets, and what is left of the text after end.
	remove func(text string, end int) string
	// longest is the length of the longest secret, in bytes.
	longest int
}

func newRedactor(token Token, proxy *url.URL) redactor {
	forms := token.forms()
	secrets := slices.Concat(forms, proxyForms(proxy))
	findToken, find := finder(forms), finder(secrets)
	return redactor{
		longest: len(slices.MaxFunc(secrets, byLength)),
		hasToken: func(text string) bool {
			from, _ := findToken(text)
			return from >= 0 && !token.isShort()
		},
		remove: func(text string, end int) string {
			var clean strings.Builder
			for {
				from, to := find(text)
				if from < 0 || from >= end {
					return clean.String() + text[:max(end, 0)]
				}
				clean.WriteString(text[:from] + removed)
				text, end = text[to:], end-to
			}
		},
	}
}

func byLength(a, b string) int { return len(a) - len(b) }

// finder returns a function that finds the first of these texts in another,
// ignoring case. It returns -1 and 0 if there is none.
func finder(parts []string) func(text string) (from, to int) {
	shortest := len(slices.MinFunc(parts, byLength))
	return func(text string) (from, to int) {
		for from = range len(text) - shortest + 1 {
			for _, part := range parts {
				if end := from + len(part); end <= len(text) && strings.EqualFold(text[from:end], part) {
					to = max(to, end)
				}
			}
			if to > 0 {
				return from, to
			}
		}
		return -1, 0
	}
}

// proxyForms returns the texts that reveal a proxy's credentials. They
// include the user name only if there is no password.
func proxyForms(proxy *url.URL) []string {
	if proxy == nil || proxy.User == nil {
		return nil
	}
	secret, _ := proxy.User.Password()
	_, escaped, _ := strings.Cut(proxy.User.String(), ":")
	if secret == "" {
		secret, escaped = proxy.User.Username(), proxy.User.String()
	}
	if secret == "" {
		return nil
	}
	pair := proxy.User.Username() + ":" + secret
	return slices.Concat(encodings(pair), encodings(secret), []string{escaped})
}

// encodings returns the forms in which a server or a proxy may repeat a secret.
func encodings(secret string) []string {
	return slices.Compact([]string{
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawStdEncoding.EncodeToString([]byte(secret)),
		url.QueryEscape(secret),
		url.PathEscape(secret),
		strings.Trim(strconv.Quote(secret), `"`),
		secret,
	})
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
	text = strings.TrimSpace(text)
	end := len(text)
	for i := 0; cut && i < r.longest; i++ { // The end may be the first part of a secret.
		_, size := utf8.DecodeLastRuneInString(text[:end])
		end -= size
	}
	text = norm.NFC.String(r.remove(text, end))
	shown := []rune(strings.ReplaceAll(r.remove(text, len(text)), removed, redacted))
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
	var short [64]byte // Most texts fit, which saves an allocation.
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
	if len(value) >= minDetectableLen && r.hasToken(string(value)) { // Most are short, which saves an allocation.
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
		unsafe := !unicode.IsPrint(c) && unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
		if unsafe && !isJoiner(before, c, text[i+utf8.RuneLen(c):]) {
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
