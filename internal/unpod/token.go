// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
)

// redacted stands wherever a token would.
const redacted = "(redacted)"

// minTellingLength is how long a token is, in bytes, that no other text has in
// it by chance. The platform's have 40.
const minTellingLength = 8

// Token is an API token. However it is printed, formatted, logged or
// marshalled, it shows as redacted. The zero Token is no token.
type Token struct {
	// A pointer, because fmt prints what it finds in a struct's unexported
	// fields without asking the methods below: of a pointer, the address.
	secret *string
}

// The ways in which values are commonly shown. A missing one would be noticed
// only once a token has leaked.
var (
	_ fmt.Formatter  = Token{}
	_ json.Marshaler = Token{}
	_ slog.LogValuer = Token{}
)

// ParseToken reads a token as people paste it: without surrounding blanks and
// without the word Token that the Authorization header puts before it. Its
// errors do not show the text.
func ParseToken(text string) (Token, error) {
	text = strings.TrimSpace(text)
	if word, rest, _ := strings.Cut(text, " "); strings.EqualFold(word, "token") {
		text = strings.TrimSpace(rest)
	}
	secret, err := parseHeaderValue(text)
	if err != nil {
		return Token{}, err
	}
	return Token{secret: &secret}, nil
}

// authorization is the Authorization header's value.
func (t Token) authorization() string {
	if t.secret == nil {
		return ""
	}
	return "Token " + *t.secret
}

// mask takes the token out of a text that came from the server.
func (t Token) mask(text string) string {
	if t.secret == nil {
		return text
	}
	return strings.ReplaceAll(text, *t.secret, redacted)
}

// isShort says whether a token is too short to be told from other text.
func (t Token) isShort() bool { return t.secret == nil || len(*t.secret) < minTellingLength }

// String returns a fixed word in place of the token.
func (t Token) String() string { return redacted }

// Format prints a fixed word in place of the token, whatever the verb.
func (t Token) Format(state fmt.State, _ rune) { _, _ = fmt.Fprint(state, redacted) }

// MarshalText returns a fixed word in place of the token.
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON returns a fixed word in place of the token.
func (t Token) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// LogValue returns a fixed word in place of the token.
func (t Token) LogValue() slog.Value { return slog.StringValue(redacted) }
