// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
)

func TestParseToken(t *testing.T) {
	t.Parallel()
	const (
		empty  = "must not be empty"
		blanks = "must contain only the token: letters, digits, and the characters - . _ ~ + / (= is allowed only at the end)"
	)
	for name, test := range map[string]struct{ text, want, wantErr string }{
		"unchanged":              {"secret-0", "Token secret-0", ""},
		"surrounding whitespace": {" \t\r\nsecret-0\n ", "Token secret-0", ""},
		"prefix":                 {"Token secret-0", "Token secret-0", ""},
		"prefix, extra spaces":   {"  token   secret-0 ", "Token secret-0", ""},
		"prefix in upper case":   {"TOKEN secret-0", "Token secret-0", ""},
		"prefix without a space": {"Tokensecret-0", "Token Tokensecret-0", ""},
		"punctuation":            {"a-._~+/9==", "Token a-._~+/9==", ""},
		"quote":                  {`secret"0`, "", blanks},
		"backslash":              {`secret\0`, "", blanks},
		"percent sign":           {"secret%0", "", blanks},
		"= inside":               {"secret=0", "", blanks},
		"empty":                  {"", "", empty},
		"only whitespace":        {" \n\t", "", empty},
		"prefix alone":           {"Token", "", empty},
		"prefix and spaces":      {" Token  ", "", empty},
		"prefix twice":           {"Token token secret-0", "", blanks},
		"other prefix":           {"Bearer secret-0", "", blanks},
		"inner space":            {"secret 0", "", blanks},
		"inner tab":              {"secret\t0", "", blanks},
		"newline":                {"secret\n0", "", blanks},
		"injected header":        {"secret\r\nX-Evil:0", "", blanks},
		"zero byte":              {"secret\x000", "", blanks},
		"escape":                 {"secret\x1b0", "", blanks},
		"delete":                 {"secret\x7f0", "", blanks},
		"no-break space":         {"secret\u00a00", "", blanks},
		"zero width space":       {"secret\u200b0", "", blanks},
		"byte order mark":        {"\ufeffsecret0", "", blanks},
		"bidi override":          {"secret\u202e0", "", blanks},
		"invalid UTF-8":          {"secret\xff0", "", blanks},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, err := ParseToken(test.text)
			wantErrorText(t, err, test.wantErr)
			if err == nil && token.authorization() != test.want {
				t.Errorf("got %q, want %q", token.authorization(), test.want)
			}
		})
	}
}

func TestToken_isNeverFormatted(t *testing.T) {
	t.Parallel()
	client := fakeClient(t, nil)
	token := client.requester().options.Token
	values := map[string]any{
		"token": token, "pointer": &token, "list": []Token{token}, "map": map[string]*Token{"a": &token},
		"client": client, "options": client.requester().options, "pointer to options": &client.requester().options,
		"requester": client.requester(), "error": fmt.Errorf("with %s", token),
	}
	for name, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%#x", "%d", "%b", "%p", "%t", "%10.3s"} {
			wantHidden(t, name+" "+verb, fmt.Sprintf(verb, value))
		}
		wantHidden(t, name+" printed", fmt.Sprint(value)+fmt.Sprintln(value))
		wantHidden(t, name+" in an error", fmt.Errorf("%v %w", value, errors.New("no")).Error())
	}
	if got := fmt.Sprintf("%v %+v %#v %s %q %x %d %s", token, token, token, token, token, token, token, &token); got != strings.TrimSpace(strings.Repeat(redacted+" ", 8)) {
		t.Errorf("got %q, want %q everywhere", got, redacted)
	}
}

// wantHidden checks that a text does not show the token, nor its bytes or
// hexadecimal digits, as fmt may print them.
func wantHidden(t *testing.T, what, text string) {
	t.Helper()
	for _, shape := range []string{
		canary,
		fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprintf("% x", canary),
		strings.Trim(fmt.Sprintf("%d", []byte(canary)), "[]"),
		url.QueryEscape(canary),
	} {
		if strings.Contains(text, shape) {
			t.Errorf("%s shows the token: %s", what, text)
		}
	}
}

func TestToken_isNeverMarshaled(t *testing.T) {
	t.Parallel()
	client := fakeClient(t, nil)
	token := client.requester().options.Token
	for name, value := range map[string]any{
		"token": token, "pointer": &token, "list": []Token{token}, "key": map[Token]int{token: 1},
		"client": client, "options": client.requester().options,
	} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Errorf("%s: %s", name, err)
		}
		wantHidden(t, name+" as JSON", string(text))
	}
	if got, err := json.Marshal(token); err != nil || string(got) != `"(redacted)"` {
		t.Errorf("got JSON %s and error %v, want %q", got, err, redacted)
	}
	if got, err := xml.Marshal(token); err != nil || string(got) != "<Token>(redacted)</Token>" {
		t.Errorf("got XML %s and error %v, want %q", got, err, redacted)
	}
}

func TestToken_isNeverLogged(t *testing.T) {
	t.Parallel()
	client := fakeClient(t, nil)
	token := client.requester().options.Token
	for name, newHandler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(log *bytes.Buffer) slog.Handler { return slog.NewTextHandler(log, nil) },
		"JSON": func(log *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(log, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			slog.New(newHandler(&log)).With("with", token).Info("message",
				"token", token, "pointer", &token, "list", []Token{token}, "options", client.requester().options,
				"client", client, slog.Group("group", "token", token), "error", fmt.Errorf("with %v", token))
			wantHidden(t, "the log", log.String())
			if !strings.Contains(log.String(), redacted) {
				t.Errorf("got log %q, want %q in it", log.String(), redacted)
			}
		})
	}
}

func TestToken_zeroValue(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprintf("%v %s", Token{}, &Token{}); got != redacted+" "+redacted {
		t.Errorf("got %q, want %q", got, redacted)
	}
}
