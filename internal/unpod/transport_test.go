// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// startTLS starts a local Unpod that accepts the canary, over TLS and HTTP/2.
func startTLS(t *testing.T, configurations ...unpodtest.Configuration) *unpodtest.Server {
	t.Helper()
	return unpodtest.StartTLS(t, unpodtest.New(canary, unpodtest.OrgHandle, configurations...))
}

// trusting returns a client with one retry that trusts these certificates.
func trusting(t *testing.T, baseURL, caCert string) *Client {
	t.Helper()
	return New(trustingOptions(t, baseURL, caCert))
}

func trustingOptions(t *testing.T, baseURL, caCert string) Options {
	t.Helper()
	options := testOptions(t, baseURL)
	options.MaxRetries = 1
	if caCert != "" {
		pool, err := ParseCACert(caCert)
		if err != nil {
			t.Fatal(err)
		}
		options.RootCAs = pool
	}
	return options
}

// onHTTP2 runs a test with a client on HTTP/2, in a bubble.
func onHTTP2(t *testing.T, answer http.HandlerFunc, test func(*testing.T, *network, *Client), change ...func(*Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		server, roots := pipes.serveTLS(t, answer)
		options := testOptions(t, "https://127.0.0.1")
		options.RootCAs = roots
		for _, f := range change {
			f(&options)
		}
		test(t, pipes, pipes.client(t, options))
		pipes.wantClosed(t, server)
	})
}

func TestHTTP2_retriesBrokenStream(t *testing.T) {
	t.Parallel()
	onHTTP2(t, inTurn(unpodtest.BreakOff(oneConfiguration), listOf("", 1)), func(t *testing.T, pipes *network, client *Client) {
		wantList(t, client, 1)
		if dials := pipes.dials.Load(); dials != 1 {
			t.Errorf("got %d connections, want 1", dials)
		}
	}, retries(1))
}

// TestHTTP2_retriesOnNewConnection has an HTTP/2 connection die silently: nothing
// that the client sends arrives, so not even pings get a response.
func TestHTTP2_retriesOnNewConnection(t *testing.T) {
	t.Parallel()
	for limit, test := range map[time.Duration]struct {
		retries int
		pings   time.Duration // A ping is sent, and its response missed.
	}{
		time.Second:      {2, 2 * time.Second},
		3 * time.Second:  {1, 2 * time.Second},
		15 * time.Second: {1, 10 * time.Second},
		time.Hour:        {1, 20 * time.Second},
	} {
		t.Run(limit.String(), func(t *testing.T) {
			t.Parallel()
			onHTTP2(t, listOf("", 1), func(t *testing.T, pipes *network, client *Client) {
				wantList(t, client, 1)
				pipes.silence()
				started := time.Now()
				wantList(t, client, 1)
				most := test.pings + time.Duration(2*test.retries-1)*minBackoff + gatherTime
				if took := time.Since(started); took < test.pings || took > most || pipes.dials.Load() != 2 {
					t.Errorf("took %s and %d connections, want %s to %s and 2", took, pipes.dials.Load(), test.pings, most)
				}
			}, timeoutAfter(limit), retries(test.retries))
		})
	}
}

// TestRedirect_isNeverFollowed has targets that Go's own policy would send the
// token to.
func TestRedirect_isNeverFollowed(t *testing.T) {
	t.Parallel()
	from, to := startTLS(t), startAPI(t)
	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		for _, target := range []string{to.URL, strings.Replace(to.URL, "127.0.0.1", "localhost", 1)} {
			from.AnswerAlways(unpodtest.Redirect(status, target+unpodtest.Path+"?token="+canary))
			wantFailure(t, trusting(t, from.URL, from.CACertPEM), 1, &RedirectError{HTTPStatus: status, Origin: target})
		}
	}
	if asked, followed := len(from.Requests()), len(to.Requests()); asked != 12 || followed != 0 {
		t.Errorf("got %d requests and %d at the target, want 12 and 0", asked, followed)
	}
}

func TestRedirect_reportsOrigin(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://other.example":                    "https://other.example",
		"https://eu.unpod.example/path?query#part": "https://eu.unpod.example",
		"http://unpod.example:8080/":               "http://unpod.example:8080",
		"https://user:hunter2@other.example/":      "https://other.example",
		"//other.example:99/path":                  "https://other.example:99",
		"/login/":                                  "https://unpod.example",
		"login?next=hunter2":                       "https://unpod.example",
		"?page=2":                                  "https://unpod.example",
		"#":                                        "https://unpod.example",
		"https://[2001:db8::1]:443/":               "https://[2001:db8::1]:443",
		"javascript:alert(1)":                      "",
		"https://%zz/":                             "",
		"https://other.example:port/":              "",
		"https://user:hunter2@other.example:port/": "",
		"https://" + strings.Repeat("a", 600):      "https://" + strings.Repeat("a", 492) + "…",
		"https://\u202eother\u200b.example/":       "https://other.example",
		"https://other%E2%80%AE.example/":          "https://other.example",
		"https://" + canary + ".example/" + canary: "https://" + redacted + ".example",
		"https://" + canary[:9] + "%E2%80%8B" + canary[9:] + ".example/": "https://" + redacted + ".example",
	} {
		client := fakeClient(t, serve(unpodtest.Redirect(http.StatusFound, location)), retries(4))
		wantFailure(t, client, 1, &RedirectError{HTTPStatus: http.StatusFound, Origin: want})
	}
}
