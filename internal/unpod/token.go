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

var (
	// token68 is the syntax of a token in an Authorization header (RFC 9110,
	// section 11.2).
	token68 = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)
	// platformToken is the form of the platform's tokens.
	platformToken = regexp.MustCompile(`^[0-9A-Fa-f]{40}$`)
)

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

// ParseToken parses a token, with or without the word Token from the
// Authorization header. Its errors never include the token.
func ParseToken(text string) (Token, error) {
	scheme, rest, _ := strings.Cut(text, " ")
	if strings.EqualFold(scheme, "Token") {
		text = strings.TrimSpace(rest)
		scheme, rest, _ = strings.Cut(text, " ")
	}
	switch {
	case text == "":
		return Token{}, errEmpty
	case strings.ContainsAny(text, "\"'`\u2018\u2019\u201c\u201d"):
		return Token{}, errors.New("must not contain quotation marks")
	case rest != "" && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "JWT")):
		return Token{}, fmt.Errorf("must be an API token without %q before it. The provider sends no other kind of token", scheme)
	case !token68.MatchString(text):
		return Token{}, errors.New("must contain only the token: letters, digits, and the characters - . _ ~ + / (= is allowed only at the end)")
	}
	return Token{secret: &text}, nil
}

// authorization returns the value of the Authorization header.
func (t Token) authorization() string { return "Token " + *t.secret }

// Is reports whether a text is the token, as [ParseToken] understands it.
func (t Token) Is(text string) bool {
	other, err := ParseToken(text)
	return err == nil && t.secret != nil && *t.secret == *other.secret
}

// In reports whether a text contains the token.
func (t Token) In(text string) bool { return t.secret != nil && strings.Contains(text, *t.secret) }

// HasPrefix reports whether the token begins with a text.
func (t Token) HasPrefix(prefix string) bool {
	return t.secret != nil && strings.HasPrefix(*t.secret, prefix)
}

// LooksLikeToken reports whether a text has the form of the platform's tokens.
func LooksLikeToken(text string) bool { return platformToken.MatchString(text) }

// Format prints (redacted), whatever the verb.
func (t Token) Format(state fmt.State, _ rune) { _, _ = fmt.Fprint(state, redacted) }

// MarshalText returns (redacted).
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }
