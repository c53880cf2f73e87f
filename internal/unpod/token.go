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

// minTellingLen is how long a token is, in bytes, that no other text contains by
// chance. The platform's have 40.
const minTellingLen = 8

// token68 is the syntax of a token in an Authorization header, by RFC 9110,
// section 11.2.
var token68 = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// Token is an API token. However it is printed, formatted, logged or marshalled,
// it shows as redacted. The zero Token is no token.
type Token struct {
	// A pointer, because fmt prints what it finds in a struct's unexported
	// fields without asking the methods below: of a pointer, the address.
	secret *string
}

// fmt asks for the first, and all that marshals or logs for the second.
var (
	_ fmt.Formatter          = Token{}
	_ encoding.TextMarshaler = Token{}
)

// ParseToken reads a token as people paste it: without surrounding blanks and
// without the word Token that precedes it in the Authorization header. Its
// errors do not show the text.
func ParseToken(text string) (Token, error) {
	text = strings.TrimSpace(text)
	if word, rest, _ := strings.Cut(text, " "); strings.EqualFold(word, "token") {
		text = strings.TrimSpace(rest)
	}
	switch {
	case text == "":
		return Token{}, errEmpty
	case !token68.MatchString(text):
		return Token{}, errors.New("must be the token alone: letters, digits and -._~+/ with = at the end")
	}
	return Token{secret: &text}, nil
}

// authorization is the Authorization header's value.
func (t Token) authorization() string {
	if t.secret == nil {
		return ""
	}
	return "Token " + *t.secret
}

// Is says whether a text is the token.
func (t Token) Is(text string) bool { return t.secret != nil && *t.secret == text }

// forms are the texts that give the token away.
func (t Token) forms() []string {
	if t.secret == nil {
		return nil
	}
	return encodings(*t.secret)
}

// isShort says whether a token is too short to tell from other text.
func (t Token) isShort() bool { return t.secret == nil || len(*t.secret) < minTellingLen }

// Format prints a fixed word instead of the token, whatever the verb.
func (t Token) Format(state fmt.State, _ rune) { _, _ = fmt.Fprint(state, redacted) }

// MarshalText returns a fixed word instead of the token.
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }
