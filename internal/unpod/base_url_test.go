// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"net/url"
	"testing"
)

// The complete error texts. Comparing all of the text shows that it never
// includes the input.
const (
	emptyValue    = "must not be empty"
	notVisible    = "must contain only visible ASCII characters, without spaces, quotes or backslashes"
	notURL        = "must be a URL such as https://unpod.dev, or a host name"
	wrongScheme   = "must start with https:// or http://"
	hasUser       = "must not contain a user name or password"
	hasQuery      = "must not contain a query string or a fragment"
	withoutHost   = "must include a host"
	notASCIIHost  = "must have an ASCII host. Write an internationalized domain name in Punycode (xn--)"
	invisiblePath = "must not contain control or invisible characters in its path"
	portOutRange  = "must have a port from 1 to 65535, or no port"
)

func TestParseBaseURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://unpod.dev":                   "https://unpod.dev/",
		"http://localhost:3001":               "http://localhost:3001/",
		"HTTP://UNPOD.dev":                    "http://UNPOD.dev/",
		"api.unpod.ai":                        "https://api.unpod.ai/",
		"localhost:3001":                      "https://localhost:3001/",
		"api.unpod.ai/prefix":                 "https://api.unpod.ai/prefix/",
		"[::1]:3001":                          "https://[::1]:3001/",
		"http://[2001:db8::1]/prefix":         "http://[2001:db8::1]/prefix/",
		"http://[fe80::1%25eth0]:3001":        "http://[fe80::1%25eth0]:3001/",
		"https://unpod.dev:65535":             "https://unpod.dev:65535/",
		"https://unpod.ai/api/v2/platform":    "https://unpod.ai/",
		"https://unpod.ai/api/v2/platform/":   "https://unpod.ai/",
		"https://unpod.dev/api/v2/platform/x": "https://unpod.dev/api/v2/platform/x/",
		"https://unpod.dev//a///b//":          "https://unpod.dev/a/b/",
		"https://unpod.dev/a/../b/.":          "https://unpod.dev/b/",
		"https://unpod.dev/a%2Fb":             "https://unpod.dev/a%2Fb/",
		"https://unpod.dev/a b":               "https://unpod.dev/a%20b/",
		"https://unpod.dev/a%3Fb%23c":         "https://unpod.dev/a%3Fb%23c/",
		"https://unpod.dev/a@b:c":             "https://unpod.dev/a@b:c/",
		"https://xn--unpd-5qa.example":        "https://xn--unpd-5qa.example/",
		"https://unpod.dev./":                 "https://unpod.dev./",
		"https://~unpod~.dev":                 "https://~unpod~.dev/",
		"https://under_score.example/~user/x": "https://under_score.example/~user/x/",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := ParseBaseURL(text)
			if err != nil {
				t.Fatalf("got error %q, want %s", err, want)
			}
			if got.String() != want {
				t.Errorf("got %s, want %s", got, want)
			}
			again, err := ParseBaseURL(got.String())
			if err != nil || again.String() != want {
				t.Errorf("parsed again: got %v and error %v, want %s", again, err, want)
			}
		})
	}
}

var refusedBaseURLs = map[string]string{
	"":                                      emptyValue,
	"ftp://unpod.dev":                       wrongScheme,
	"unpod.dev/a://b":                       wrongScheme,
	"://unpod.dev":                          notURL,
	"https://user:hunter2@unpod.dev":        hasUser,
	"https://@unpod.dev":                    hasUser,
	"user:hunter2@unpod.dev":                hasUser,
	"https://user:hunter2@unpod.dev:99999":  hasUser,
	"https://user:hunter2?@unpod.dev":       notURL,
	"https://user:hunter2@unpod.dev:port":   notURL,
	"https://user:hunter2@unpod dev":        notURL,
	"https://unpod.dev?":                    hasQuery,
	"https://unpod.dev?token=hunter2":       hasQuery,
	"unpod.dev?a=://b":                      wrongScheme,
	"https://":                              withoutHost,
	"/prefix":                               withoutHost,
	"https://[fe80::1%25a%20b]":             notASCIIHost,
	"https://unpod\u00a0dev":                notASCIIHost,
	"https://unp\u200bod.dev":               notASCIIHost,
	"https://unpod.dev/%1b%5b2J":            invisiblePath,
	"https://unpod.dev/%e2%80%ae":           invisiblePath,
	"https://unpod.dev:0":                   portOutRange,
	"https://unpod.dev:65536":               portOutRange,
	"https://unpod.dev:":                    portOutRange,
	"https:/unpod.dev":                      portOutRange, // With one slash, the scheme becomes the host.
	"https://[::1":                          notURL,
	"https://unpod.dev/pre\r\nX-Evil:0/fix": notURL,
	"https://unpod.dev/\x00":                notURL,
	"https://unpod\x1b.dev":                 notURL,
	"https://unpod.dev/\x7f":                notURL,
	"https://unpod dev":                     notURL,
	"https://unpod.dev/%zz":                 notURL,
	"https://%41.example":                   notURL,
	`https://unpod.dev\prefix`:              notURL,
}

func TestParseBaseURL_rejectsInvalid(t *testing.T) {
	t.Parallel()
	for text, want := range refusedBaseURLs {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := ParseBaseURL(text)
			if got != nil {
				t.Errorf("got %s, want an error", got.Redacted())
			}
			wantErrorText(t, err, want)
		})
	}
}

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"http://localhost:3001":        true,
		"http://127.8.9.1:80/prefix":   true,
		"http://[::1]:3001":            true,
		"http://[::ffff:127.0.0.1]":    true,
		"http://unpod.dev":             false,
		"http://localhost.example":     false,
		"http://127.0.0.1.example":     false,
		"http://0.0.0.0":               false,
		"http://128.0.0.1":             false,
		"http://[2001:db8::7f00:1]:80": false,
	} {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := IsLoopback(parsed); got != want {
			t.Errorf("%s: got %t, want %t", address, got, want)
		}
	}
}
