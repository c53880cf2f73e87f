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

	"github.com/go-json-experiment/json"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// FuzzProviderConfigurations reads arbitrary responses. Each must give a
// sanitized error, or a sorted list without duplicate IDs. The seeds are in
// testdata.
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
		all, err := client.ProviderConfigurations(t.Context())
		if err != nil {
			checkFailure(t, all, err)
			return
		}
		if status != http.StatusOK {
			t.Errorf("got a list from status %d, want an error", status)
		}
		checkList(t, all)
	})
}

// FuzzPages reads arbitrary pages, separated by zero bytes. They must give an
// error or the whole list.
func FuzzPages(f *testing.F) {
	f.Fuzz(func(t *testing.T, bodies []byte) {
		pages := bytes.Split(bodies, []byte{0})
		asked := 0
		client := fakeClient(t, roundTripper(func(request *http.Request) (*http.Response, error) {
			body := pages[min(asked, len(pages)-1)]
			asked++
			return serve(unpodtest.JSON(http.StatusOK, string(body)))(request)
		}))
		all, err := client.ProviderConfigurations(t.Context())
		if err != nil {
			checkFailure(t, all, err)
			return
		}
		checkList(t, all)
		var first struct {
			Count *int `json:"count"`
		}
		if _ = json.Unmarshal(pages[0], &first); first.Count != nil && *first.Count != len(all) {
			t.Errorf("got %d elements, want %d", len(all), *first.Count)
		}
		if asked > 1+maxPages {
			t.Errorf("got %d requests, want at most %d", asked, 1+maxPages)
		}
	})
}

// checkFailure checks an error from a hostile server.
func checkFailure(t *testing.T, all []ProviderConfiguration, err error) {
	t.Helper()
	if _, ok := errors.AsType[*CallError](err); !ok {
		t.Errorf("got error of type %T, want *CallError", err)
	}
	if all != nil {
		t.Errorf("got %d configurations and error %q, want the error alone", len(all), err)
	}
	text := err.Error()
	wantNoCanary(t, text)
	wantErrorText(t, checkCharacters(text), "")
	if len(text) > 10*maxMessageLen {
		t.Errorf("got an error text of %d bytes, want a short one", len(text))
	}
}

// checkList checks a list from a hostile server.
func checkList(t *testing.T, all []ProviderConfiguration) {
	t.Helper()
	sorted := ids(all)
	if !slices.IsSorted(sorted) || len(slices.Compact(slices.Clone(sorted))) != len(sorted) {
		t.Errorf("got ids %v, want them sorted and unique", sorted)
	}
	for _, configuration := range all {
		for _, field := range []*string{configuration.Provider, configuration.AccountSID, configuration.CreatedAt} {
			if field != nil {
				wantNoCanary(t, *field)
			}
		}
	}
}

// FuzzParseBaseURL parses arbitrary text. It must give a usable URL or one of
// the fixed errors. The seeds are in testdata.
func FuzzParseBaseURL(f *testing.F) {
	refusals := []string{emptyValue, notURL, wrongScheme, hasUser, hasQuery, withoutHost, notASCIIHost, invisiblePath, portOutRange}
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
			t.Errorf("parsed %q again: got %v and error %v, want the same URL", parsed, again, err)
		}
		if _, err := http.NewRequestWithContext(t.Context(), http.MethodGet, parsed.String(), http.NoBody); err != nil {
			t.Errorf("got %q, want a valid request URL: %s", parsed, err)
		}
	})
}

// checkBase checks that a URL has what a base URL needs and nothing else.
func checkBase(t *testing.T, base *url.URL) {
	t.Helper()
	if base.Scheme != "http" && base.Scheme != "https" || base.Hostname() == "" || !strings.HasSuffix(base.Path, "/") {
		t.Errorf("got %q, want http or https, a host and a path with a trailing slash", base)
	}
	if base.User != nil || base.RawQuery != "" || base.ForceQuery || base.Fragment != "" || base.Opaque != "" {
		t.Errorf("got %q, want nothing but scheme, host and path", base)
	}
}
