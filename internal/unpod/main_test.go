// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// canary is the token of every client here. Nothing else contains it, so that
// wherever it shows up, it has leaked.
const canary = "canary-0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// childVariable holds the order of a test that needs a process of its own: the
// proxy variables and the system's certificates are read once a process, and
// memory is counted by process.
const childVariable = "UNPOD_TEST_CHILD"

func TestMain(m *testing.M) {
	if order := os.Getenv(childVariable); order != "" {
		obey(order)
		return
	}
	os.Exit(m.Run())
}

// childOrder says what a child process reads.
type childOrder struct {
	BaseURL    string `json:"base_url"`
	CACert     string `json:"ca_cert"`
	MaxRetries int    `json:"max_retries"`
	Offline    bool   `json:"offline"` // no connection can be made
}

// childReport is what came of it.
type childReport struct {
	IDs      []int64 `json:"ids"`
	Kind     string  `json:"kind"` // the type of the CallError's Err
	Error    string  `json:"error"`
	Attempts int     `json:"attempts"`
	// MemoryBytes is the most that the process had from the operating system.
	MemoryBytes uint64 `json:"memory_bytes"`
}

// obey carries out the order of a child process.
func obey(text string) {
	var order childOrder
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		panic(err)
	}
	options := Options{OrgHandle: unpodtest.OrgHandle, RequestTimeout: time.Minute, MaxRetries: order.MaxRetries, UserAgent: "test"}
	var err error
	if options.BaseURL, err = ParseBaseURL(order.BaseURL); err != nil {
		panic(err)
	}
	if options.Token, err = ParseToken(canary); err != nil {
		panic(err)
	}
	if order.CACert != "" {
		if options.RootCAs, err = ParseCACert(order.CACert); err != nil {
			panic(err)
		}
	}
	client := New(options)
	if order.Offline {
		dialWith(client, func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("offline")
		})
	}
	configurations, err := client.ProviderConfigurations(context.Background())
	report := childReport{IDs: ids(configurations)}
	if failed := (*CallError)(nil); errors.As(err, &failed) {
		report.Kind, report.Error, report.Attempts = fmt.Sprintf("%T", failed.Err), err.Error(), failed.Attempts
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	report.MemoryBytes = memory.Sys
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		panic(err)
	}
}

// runChild lets a process of its own read, with these variables besides those
// of this process, and with no proxy but the ones among them. It returns the
// whole output as well, in which nothing may have leaked.
func runChild(t *testing.T, order childOrder, variables ...string) (report childReport, output string) {
	t.Helper()
	text, err := json.Marshal(order)
	if err != nil {
		t.Fatal(err)
	}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), executable)
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(strings.ToUpper(variable), "="); !strings.HasSuffix(name, "_PROXY") {
			command.Env = append(command.Env, variable)
		}
	}
	// The race detector would have each process wait for a second at its end.
	command.Env = append(command.Env, "GORACE=atexit_sleep_ms=0", childVariable+"="+string(text))
	command.Env = append(command.Env, variables...)
	all, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the child process failed: %s\n%s", err, all)
	}
	if err := json.Unmarshal(all, &report); err != nil {
		t.Fatalf("the child process reported %q: %s", all, err)
	}
	return report, string(all)
}

// roundTripper answers requests without a network, as a bubble with a clock of
// its own needs it.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// serve lets a handler answer as it would over HTTP: a handler that hangs up is
// a connection that ends, and a client that gives up has no answer.
func serve(handler http.HandlerFunc) roundTripper {
	return func(request *http.Request) (response *http.Response, err error) {
		defer func() {
			if problem := recover(); problem == http.ErrAbortHandler { //nolint:errorlint // It is panicked with as it is.
				response, err = nil, io.EOF
			} else if problem != nil {
				panic(problem)
			}
		}()
		recorder := httptest.NewRecorder()
		handler(recorder, request)
		if err := request.Context().Err(); err != nil {
			return nil, err
		}
		response = recorder.Result()
		response.ContentLength = int64(recorder.Body.Len())
		return response, nil
	}
}

// sequence answers one request after another, and with the last answer from
// then on.
func sequence(answers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		answer := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		mu.Unlock()
		answer(w, r)
	}
}

// record counts the requests, and takes down when each was made and what its id
// was.
type record struct {
	mu         sync.Mutex
	times      []time.Time
	requestIDs []string
	queries    []string
}

func (r *record) of(next http.RoundTripper) roundTripper {
	return func(request *http.Request) (*http.Response, error) {
		r.mu.Lock()
		r.times = append(r.times, time.Now())
		r.requestIDs = append(r.requestIDs, request.Header.Get("X-Request-Id"))
		r.queries = append(r.queries, request.URL.RawQuery)
		r.mu.Unlock()
		return next.RoundTrip(request)
	}
}

// count returns how many requests there were.
func (r *record) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.times)
}

// testOptions are the options of a client that does not retry.
func testOptions(tb testing.TB, baseURL string) Options {
	tb.Helper()
	address, err := ParseBaseURL(baseURL)
	if err != nil {
		tb.Fatal(err)
	}
	token, err := ParseToken(canary)
	if err != nil {
		tb.Fatal(err)
	}
	return Options{
		BaseURL:        address,
		Token:          token,
		OrgHandle:      unpodtest.OrgHandle,
		RequestTimeout: time.Minute,
		UserAgent:      "Terraform/1.2.3 terraform-provider-unpod/4.5.6",
	}
}

// fakeClient returns a client whose requests never leave the process, and which
// sends them at once.
func fakeClient(tb testing.TB, rt http.RoundTripper, change ...func(*Options)) *Client {
	tb.Helper()
	options := testOptions(tb, "https://unpod.example")
	for _, f := range change {
		f(&options)
	}
	client := New(options)
	client.requester().transport = &transport{fresh: func() http.RoundTripper { return rt }, current: rt}
	client.providerConfigurations.gather = 0
	return client
}

// requester returns what makes the client's requests.
func (c *Client) requester() *requester { return c.providerConfigurations.requester }

// dialWith has a client make its connections in another way.
func dialWith(client *Client, dial func(context.Context, string, string) (net.Conn, error)) {
	options := client.requester().options
	fresh := func() http.RoundTripper {
		transport := newHTTPTransport(options.RootCAs, options.RequestTimeout)
		transport.DialContext = dial
		return transport
	}
	client.requester().transport = &transport{fresh: fresh, current: fresh()}
}

func retries(n int) func(*Options) {
	return func(options *Options) { options.MaxRetries = n }
}

func timeout(limit time.Duration) func(*Options) {
	return func(options *Options) { options.RequestTimeout = limit }
}

// startAPI starts a local Unpod that accepts the canary.
func startAPI(t *testing.T, configurations ...unpodtest.Configuration) *unpodtest.Server {
	t.Helper()
	return unpodtest.Start(t, unpodtest.New(canary, unpodtest.OrgHandle, configurations...))
}

// startTLS starts one over TLS, with HTTP/2.
func startTLS(t *testing.T, configurations ...unpodtest.Configuration) *unpodtest.Server {
	t.Helper()
	return unpodtest.StartTLS(t, unpodtest.New(canary, unpodtest.OrgHandle, configurations...))
}

// privateKeyPEM is the PEM text that is easily taken for a certificate's.
func privateKeyPEM(t *testing.T, certificate tls.Certificate) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// read reads the list, which must succeed.
func read(t *testing.T, client *Client) []ProviderConfiguration {
	t.Helper()
	configurations, err := client.ProviderConfigurations(t.Context())
	if err != nil {
		t.Fatalf("got error %q, want a list", err)
	}
	return configurations
}

// wantIDs checks which configurations came, and in which order.
func wantIDs(t *testing.T, configurations []ProviderConfiguration, want ...int64) {
	t.Helper()
	if got := ids(configurations); !reflect.DeepEqual(got, append([]int64{}, want...)) {
		t.Errorf("got ids %v, want %v", got, want)
	}
}

// wantFailure reads the list, which must fail for exactly this reason and come
// without a single element.
func wantFailure(t *testing.T, client *Client, want error) *CallError {
	t.Helper()
	configurations, err := client.ProviderConfigurations(t.Context())
	return wantReason(t, configurations, err, want)
}

// wantReason checks that a read failed for exactly this reason, by type and all
// fields.
func wantReason(t *testing.T, configurations []ProviderConfiguration, err, want error) *CallError {
	t.Helper()
	if configurations != nil {
		t.Errorf("got ids %v beside the error, want none", ids(configurations))
	}
	var failed *CallError
	if !errors.As(err, &failed) {
		t.Fatalf("got error %T %v, want a *CallError of %T %q", err, err, want, want)
	}
	wantSame(t, failed.Err, want)
	return failed
}

// wantSame checks an error's type and fields.
func wantSame(t *testing.T, err, want error) {
	t.Helper()
	if got, want := fmt.Sprintf("%#v", err), fmt.Sprintf("%#v", want); got != want {
		t.Errorf("got error %s\nwant %s", got, want)
	}
}

// wantAttempts checks how often the last request was sent.
func wantAttempts(t *testing.T, failed *CallError, want int) {
	t.Helper()
	if failed.Attempts != want {
		t.Errorf("got %d attempts, want %d", failed.Attempts, want)
	}
}

// wantNoCanary checks that a text does not show the token.
func wantNoCanary(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, canary) {
		t.Errorf("the token is shown: %s", text)
	}
}

func ids(configurations []ProviderConfiguration) []int64 {
	ids := make([]int64, 0, len(configurations))
	for _, configuration := range configurations {
		ids = append(ids, configuration.ID)
	}
	return ids
}

// oneConfiguration is the shortest list that is not empty.
const oneConfiguration = `{"status_code":200,"data":[{"id":1}]}`

// mustParse parses the URL of a server of the test's own.
func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}
