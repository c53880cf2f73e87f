// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

func TestParseToken(t *testing.T) {
	t.Parallel()
	const quotes, bearer = "must not contain quotation marks", `must be an API token without "Bearer" before it. The provider sends no other kind of token` //nolint:gosec // These are messages.
	const blanks = "must contain only the token: letters, digits, and the characters - . _ ~ + / (= is allowed only at the end)"
	for name, test := range map[string]struct{ text, want, wantErr string }{
		"unchanged":              {"secret-0", "Token secret-0", ""},
		"prefix":                 {"Token secret-0", "Token secret-0", ""},
		"prefix, extra spaces":   {"token   secret-0 ", "Token secret-0", ""},
		"prefix without a space": {"Tokensecret-0", "Token Tokensecret-0", ""},
		"punctuation":            {"a-._~+/9==", "Token a-._~+/9==", ""},
		"quote":                  {`secret"0`, "", quotes},
		"quoted":                 {"'secret-0'", "", quotes},
		"quoted, typographic":    {"\u201csecret-0\u201d", "", quotes},
		"backticks":              {"`secret-0`", "", quotes},
		"Bearer alone":           {"Bearer", "Token Bearer", ""},
		"quoted, prefix":         {`"Token secret-0"`, "", quotes},
		"= inside":               {"secret=0", "", blanks},
		"empty":                  {"", "", emptyValue},
		"prefix alone":           {"Token", "", emptyValue},
		"prefix twice":           {"Token token secret-0", "", blanks},
		"Bearer":                 {"Bearer secret-0", "", bearer},
		"bearer":                 {"bearer secret-0", "", strings.Replace(bearer, "B", "b", 1)},
		"prefix and Bearer":      {"Token Bearer secret-0", "", bearer},
		"JWT":                    {"JWT eyJ.eyJ.x", "", strings.Replace(bearer, "Bearer", "JWT", 1)},
		"other prefix":           {"Basic secret-0", "", blanks},
		"a key":                  {"sk_secret-0", "Token sk_secret-0", ""},
		"inner space":            {"secret 0", "", blanks},
		"newline":                {"secret\n0", "", blanks},
		"injected header":        {"secret\r\nX-Evil:0", "", blanks},
		"zero width space":       {"secret\u200b0", "", blanks},
		"byte order mark":        {"\ufeffsecret0", "", blanks},
		"invalid UTF-8":          {"secret\xff0", "", blanks},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, err := ParseToken(test.text)
			wantErrorText(t, err, test.wantErr)
			secret := strings.TrimPrefix(test.want, "Token ")
			if token.Is(secret) != (err == nil) || token.Is("other") {
				t.Errorf("got a token that is %q: %t, and another text: %t", secret, token.Is(secret), token.Is("other"))
			}
			if err == nil && token.authorization() != test.want {
				t.Errorf("got %q, want %q", token.authorization(), test.want)
			}
			if got := token.HasPrefix("sk_"); got != strings.Contains(test.want, "sk_") {
				t.Errorf("got a token that begins with sk_: %t", got)
			}
		})
	}
}

func TestLooksLikeToken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		strings.Repeat("0aF9", 10): true, strings.Repeat("a", 39): false, strings.Repeat("a", 41): false, strings.Repeat("g", 40): false, "": false, "unpod": false,
	} {
		if got := LooksLikeToken(text); got != want {
			t.Errorf("%q: got %t, want %t", text, got, want)
		}
	}
}

// TestToken_isNeverShown prints, logs and encodes values that hold the token in
// different ways. Nothing may show its text, its bytes or its hexadecimal digits.
func TestToken_isNeverShown(t *testing.T) {
	t.Parallel()
	client := fakeClient(t, nil)
	options := client.requester().options
	token := options.Token
	values := map[string]any{
		"token": token, "pointer": &token, "list": []Token{token}, "map": map[string]*Token{"a": &token}, "key": map[Token]int{token: 1},
		"client": client, "options": options, "pointer to options": &options, "requester": client.requester(),
		"error": fmt.Errorf("with %s: %w", token, errors.New("no")), "zero": Token{},
	}
	logged := func(newHandler func(io.Writer, *slog.HandlerOptions) slog.Handler, value any) string {
		var log bytes.Buffer
		slog.New(newHandler(&log, nil)).With("with", value).Info("message", "value", value, slog.Group("group", "value", value))
		return log.String()
	}
	for name, value := range values {
		asJSON, errJSON := json.Marshal(value) // Some values cannot be encoded.
		asXML, errXML := xml.Marshal(value)
		shown := []string{
			string(asJSON), string(asXML), fmt.Sprint(errJSON, errXML), fmt.Sprint(value), fmt.Sprintln(value), fmt.Errorf("%v %w", value, errors.New("no")).Error(),
			logged(func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(w, o) }, value),
			logged(func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(w, o) }, value),
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%#x", "%d", "%b", "%p", "%t", "%10.3s"} {
			shown = append(shown, fmt.Sprintf(verb, value))
		}
		for _, shape := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprintf("% x", canary), strings.Trim(fmt.Sprintf("%d", []byte(canary)), "[]")} {
			if i := slices.IndexFunc(shown, func(text string) bool { return strings.Contains(text, shape) }); i >= 0 {
				t.Errorf("%s shows the token: %s", name, shown[i])
			}
		}
	}
	asJSON, errJSON := json.Marshal(token)
	asXML, errXML := xml.Marshal(token)
	if errJSON != nil || errXML != nil {
		t.Error(errJSON, errXML)
	}
	if got, want := fmt.Sprintf("%v %#v %s %x %s %s %s", token, token, &token, token, Token{}, asJSON, asXML), strings.Repeat(redacted+" ", 5)+`"(redacted)" <Token>(redacted)</Token>`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
