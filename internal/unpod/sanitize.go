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
	// redacted replaces a secret.
	redacted = "(redacted)"
	// removed stands for a secret until a text has been searched twice, and separates
	// secrets.
	removed = "\x00"
	// maxMessageLen caps a server's message, in characters. The platform's are
	// all shorter, and it fits on a screen.
	maxMessageLen = 500
	// maxMessageBytes caps how much of a message is normalized and searched.
	maxMessageBytes = 16 << 10
)

// invisible has the characters that control a terminal, steer how text is shown, or
// cannot be seen.
var invisible = []*unicode.RangeTable{
	unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp,
	unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Noncharacter_Code_Point,
	{R16: []unicode.Range16{{Lo: '\u2800', Hi: '\u2800', Stride: 1}}}, // A blank Braille pattern.
}

// redactor finds a client's secrets in text from a server or a proxy. It holds
// them in functions, because fmt prints all other fields of a struct.
type redactor struct {
	// hasToken reports whether a text contains the token, or the handle if that is
	// one by mistake. It is always false for a token that is too short to tell from
	// other text.
	hasToken func(text string) bool
	// remove replaces all secrets by removed.
	remove func(text string) string
	// longest is the length of the longest secret, in bytes.
	longest int
}

func newRedactor(options Options, proxy *url.URL) redactor {
	token := *options.Token.secret
	forms := encodings(token)
	secrets := slices.Concat(forms, proxyForms(proxy))
	if len(token) < minDetectableLen {
		forms = nil
	}
	if LooksLikeToken(options.OrgHandle) {
		handle := encodings(options.OrgHandle)
		forms, secrets = slices.Concat(forms, handle), slices.Concat(secrets, handle)
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // The pattern prefers the first.
	pattern := regexp.MustCompile("(?i)" + strings.ReplaceAll(regexp.QuoteMeta(strings.Join(secrets, removed)), removed, "|"))
	return redactor{
		longest: len(secrets[0]),
		hasToken: func(text string) bool {
			return slices.ContainsFunc(forms, func(form string) bool { return containsFold(text, form) })
		},
		remove: func(text string) string { return pattern.ReplaceAllLiteralString(text, removed) },
	}
}

// containsFold reports whether a text contains another, ignoring case. It allocates
// nothing, as it looks at every text of a list.
func containsFold(text, part string) bool {
	for i := range len(text) - len(part) + 1 {
		if strings.EqualFold(text[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// encodings returns the forms in which a server or a proxy may repeat a secret.
func encodings(secret string) []string {
	quoted := strconv.Quote(secret)
	return slices.Compact([]string{
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawStdEncoding.EncodeToString([]byte(secret)),
		url.QueryEscape(secret),
		url.PathEscape(secret),
		quoted[1 : len(quoted)-1],
		secret,
	})
}

// sanitize makes text from outside safe to show: one line, no stray characters, no
// secrets, and short. The order matters: removing characters must not reveal a
// token, and a cut must not leave a part of one.
func (r redactor) sanitize(text string) string {
	cut := len(text) > maxMessageBytes
	text = strings.ToValidUTF8(text[:min(len(text), maxMessageBytes)], "")
	secrets := func(text string) int {
		return strings.Count(r.remove(text), removed) + strings.Count(r.remove(norm.NFC.String(text)), removed)
	}
	seen := spaced(visible(text))
	text, _ = clean(spaced(text))
	if cut || seen != text && secrets(seen) > secrets(text) { // Invisible characters divide one.
		text = seen
	}
	text = strings.TrimSpace(text)
	found := []rune(r.remove(text))
	if cut { // The end may be the first part of a secret.
		found = found[:max(len(found)-r.longest, 0)]
	}
	shown := []rune(strings.ReplaceAll(r.remove(norm.NFC.String(string(found))), removed, redacted))
	if cut || len(shown) > maxMessageLen {
		return string(shown[:min(len(shown), maxMessageLen)]) + "…"
	}
	return string(shown)
}

// spaced replaces all whitespace, such as line breaks, by spaces.
func spaced(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return ' '
		}
		return c
	}, text)
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
	if isPlain(*text) {
		if r.hasToken(*text) {
			return problem(TokenReturned)
		}
		return nil
	}
	// NFC can merge a combining mark into the token's last letter.
	if r.hasToken(visible(*text)) || r.hasToken(visible(sent)) {
		return problem(TokenReturned)
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
		return problem(TokenReturned)
	}
	if *number, err = strconv.ParseInt(string(value), 10, 64); err != nil {
		return problem("is not a 64-bit integer")
	}
	return nil
}

// decodeDetails decodes the name in an object for messages. All else there is
// ignored.
func (r redactor) decodeDetails(decoder *jsontext.Decoder, name *detailsName) error {
	value, err := decoder.ReadValue()
	var details struct {
		Name jsontext.Value `json:"name"`
	}
	if _ = json.Unmarshal(value, &details, lenient); details.Name.Kind() == jsontext.KindString {
		*name = detailsName(r.sanitize(texts(details.Name, 0)))
	}
	return err
}

// isPlain reports whether a text has only visible ASCII characters and spaces.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// checkCharacters rejects stray characters, because Terraform prints text as it is.
func checkCharacters(text string) error {
	if _, stray := clean(text); stray >= 0 {
		return problem(fmt.Sprintf("contains %s (%U)", characterKind(stray), stray))
	}
	return nil
}

// clean removes invisible characters that the text around them does not need, and
// returns the first of them, or -1.
func clean(text string) (kept string, first rune) {
	var before rune
	var all strings.Builder
	first = -1
	for text != "" {
		c, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		after, _ := utf8.DecodeRuneInString(text)
		if !IsInvisible(c) || isNeeded(before, c, after) {
			all.WriteRune(c)
			before = c
		} else if first < 0 {
			first = c
		}
	}
	return all.String(), first
}

// visible removes all invisible characters.
func visible(text string) string {
	return strings.Map(func(c rune) rune {
		if IsInvisible(c) {
			return -1
		}
		return c
	}, text)
}

// IsInvisible reports whether a character controls a terminal, steers how text is
// shown, or cannot be seen.
func IsInvisible(c rune) bool { return unicode.In(c, invisible...) }

// isNeeded reports whether an invisible character belongs to the characters beside
// it: a joiner or non-joiner, as several scripts and emoji have it, or a variation
// selector that chooses between an emoji and plain text.
func isNeeded(before, c, after rune) bool {
	joins := func(c rune) bool {
		return c != utf8.RuneError && unicode.In(c, unicode.L, unicode.M, unicode.S) && !unicode.Is(unicode.Latin, c)
	}
	switch c {
	case '\u200c', '\u200d':
		return joins(before) && joins(after)
	case '\ufe0e', '\ufe0f':
		letter := unicode.IsLetter(before) && unicode.In(before, unicode.Latin, unicode.Greek, unicode.Cyrillic)
		return !letter && !IsInvisible(before) && !unicode.IsSpace(before)
	}
	return false
}

// characterKind describes a rejected character.
func characterKind(c rune) string {
	switch {
	case strings.ContainsRune("\n\v\f\r\u0085\u2028\u2029", c):
		return "a line break"
	case unicode.Is(unicode.Cc, c):
		return "a control character"
	case unicode.In(c, unicode.Co, unicode.Noncharacter_Code_Point):
		return "a private or undefined character"
	}
	return "an invisible or text-direction character"
}
