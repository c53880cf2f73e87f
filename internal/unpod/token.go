// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"encoding"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// minDetectableLen is the shortest token, in bytes, that is unlikely to appear
// in other text. The platform's have 40.
const minDetectableLen = 8

// token68 is the syntax of a token in an Authorization header (RFC 9110, section
// 11.2).
var token68 = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// Token is an API token. It shows as (redacted) when it is printed, formatted,
// logged or marshaled. The zero value holds no token, and must not be sent.
type Token struct {
	// fmt prints unexported fields without calling the methods below. Of a
	// pointer, it prints only the address.
	secret *string
}

// fmt uses the first, and encoders and loggers use the second.
var (
	_ fmt.Formatter          = Token{}
	_ encoding.TextMarshaler = Token{}
)

// ParseToken parses a token without what people paste with it: whitespace around
// it, or the word Token from the Authorization header. Its errors never include
// the text.
func ParseToken(text string) (Token, error) {
	text = strings.TrimSpace(text)
	if word, rest, _ := strings.Cut(text, " "); strings.EqualFold(word, "token") {
		text = strings.TrimSpace(rest)
	}
	switch {
	case text == "":
		return Token{}, errEmpty
	case !token68.MatchString(text):
		return Token{}, errors.New("must contain only the token: letters, digits, and the characters - . _ ~ + / (= is allowed only at the end)")
	}
	return Token{secret: &text}, nil
}

// authorization returns the value of the Authorization header.
func (t Token) authorization() string { return "Token " + *t.secret }

// Is reports whether a text is the token.
func (t Token) Is(text string) bool { return t.secret != nil && *t.secret == text }

// forms returns the texts that reveal the token.
func (t Token) forms() []string { return encodings(*t.secret) }

// isShort reports whether a token is too short to tell from other text.
func (t Token) isShort() bool { return len(*t.secret) < minDetectableLen }

// Format prints (redacted), whatever the verb.
func (t Token) Format(state fmt.State, _ rune) { _, _ = fmt.Fprint(state, redacted) }

// MarshalText returns (redacted).
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }
