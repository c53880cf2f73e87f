// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/go-json-experiment/json"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// FuzzProviderConfigurations lets a server answer with anything. The read ends
// in an error, in which nothing but fit text stands, or in a list in which each
// id is there once. The seeds are in testdata.
func FuzzProviderConfigurations(f *testing.F) {
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		client := fakeClient(t, roundTripper(func(request *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode:    status,
				ProtoMajor:    1,
				Header:        http.Header{"Content-Type": {contentType}, "Location": {contentType}},
				ContentLength: int64(len(body)),
				Body:          io.NopCloser(bytes.NewReader(body)),
				Request:       request,
			}, nil
		}))
		configurations, err := client.ProviderConfigurations(t.Context())
		if err != nil {
			checkFailure(t, configurations, err)
			return
		}
		if status != http.StatusOK {
			t.Errorf("got a list from status %d", status)
		}
		checkList(t, configurations)
	})
}

// FuzzPages lets a server answer one page after another with anything: the bodies
// are parted by zero bytes. The read ends in one error, or in a whole list.
func FuzzPages(f *testing.F) {
	f.Fuzz(func(t *testing.T, bodies []byte) {
		pages := bytes.Split(bodies, []byte{0})
		asked := 0
		client := fakeClient(t, roundTripper(func(request *http.Request) (*http.Response, error) {
			body := pages[min(asked, len(pages)-1)]
			asked++
			return serve(unpodtest.JSON(http.StatusOK, string(body)))(request)
		}))
		configurations, err := client.ProviderConfigurations(t.Context())
		if err != nil {
			checkFailure(t, configurations, err)
			return
		}
		checkList(t, configurations)
		var first struct {
			Count *int `json:"count"`
		}
		if _ = json.Unmarshal(pages[0], &first); first.Count != nil && *first.Count != len(configurations) {
			t.Errorf("got %d elements of %d", len(configurations), *first.Count)
		}
		if asked > 1+maxPages {
			t.Errorf("got %d requests", asked)
		}
	})
}

// checkFailure checks an error that a hostile server had a hand in.
func checkFailure(t *testing.T, configurations []ProviderConfiguration, err error) {
	t.Helper()
	if _, ok := errors.AsType[*CallError](err); !ok {
		t.Errorf("got error of type %T, want *CallError", err)
	}
	if configurations != nil {
		t.Errorf("got %d configurations beside error %q", len(configurations), err)
	}
	text := err.Error()
	wantNoCanary(t, text)
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("got a text that may drive a terminal: %q", text)
	}
	if len(text) > 10*maxMessageLen {
		t.Errorf("got a text of %d bytes", len(text))
	}
}

// checkList checks a list that a hostile server made up.
func checkList(t *testing.T, configurations []ProviderConfiguration) {
	t.Helper()
	all := ids(configurations)
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("got ids %v, want each once and in order", all)
	}
	for _, configuration := range configurations {
		for _, field := range []*string{configuration.Provider, configuration.AccountSID, configuration.CreatedAt} {
			if field != nil {
				wantNoCanary(t, *field)
			}
		}
	}
}

// FuzzParseBaseURL reads anything as a base URL. It is refused with a text that
// does not depend on it, or it is a URL that can be used. The seeds are in
// testdata.
func FuzzParseBaseURL(f *testing.F) {
	refusals := []string{emptyValue, notURL, wrongScheme, hasUser, hasQuery, withoutHost, notASCIIHost, invisible, portOutRange}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := ParseBaseURL(text)
		if err != nil {
			if parsed != nil || !slices.Contains(refusals, err.Error()) {
				t.Errorf("got error %q, want one of %q", err, refusals)
			}
			return
		}
		checkBase(t, parsed)
		again, err := ParseBaseURL(parsed.String())
		if err != nil || again.String() != parsed.String() {
			t.Errorf("parsed %q again: got %v and error %v", parsed, again, err)
		}
		if _, err := http.NewRequestWithContext(t.Context(), http.MethodGet, parsed.String(), http.NoBody); err != nil {
			t.Errorf("got %q, which cannot be requested: %s", parsed, err)
		}
	})
}

// checkBase checks that a URL has what a base URL must have, and nothing else.
func checkBase(t *testing.T, base *url.URL) {
	t.Helper()
	if base.Scheme != "http" && base.Scheme != "https" || base.Hostname() == "" || !strings.HasSuffix(base.Path, "/") {
		t.Errorf("got %q, want http or https, a host and a path with a last slash", base)
	}
	if base.User != nil || base.RawQuery != "" || base.ForceQuery || base.Fragment != "" || base.Opaque != "" {
		t.Errorf("got %q, want nothing but scheme, host and path", base)
	}
}
