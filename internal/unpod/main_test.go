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
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// canary is the token of every client in these tests. Nothing else contains it,
// so wherever it shows up, it has leaked.
const canary = "canary-0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// childVariable passes the order of a test that needs its own process. Go reads
// the proxy variables and the system's certificates once per process, and memory
// is measured per process.
const childVariable = "UNPOD_TEST_CHILD"

func TestMain(m *testing.M) {
	if order := os.Getenv(childVariable); order != "" {
		obey(order)
		return
	}
	// The developer's proxy must not be used, nor its password be redacted.
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"} {
		_ = os.Unsetenv(name) // The names are valid.
	}
	os.Exit(m.Run())
}

// childOrder tells a child process what to read.
type childOrder struct {
	BaseURL    string `json:"base_url"`
	CACert     string `json:"ca_cert"`
	MaxRetries int    `json:"max_retries"`
	Offline    bool   `json:"offline"` // every connection fails
}

// childReport is the result of a child process.
type childReport struct {
	IDs      []int64 `json:"ids"`
	Kind     string  `json:"kind"` // the type of the CallError's Err
	Error    string  `json:"error"`
	Attempts int     `json:"attempts"`
	// MemoryBytes is the memory that the process got from the operating system.
	MemoryBytes uint64 `json:"memory_bytes"`
	// CPU is the time that the process was busy.
	CPU time.Duration `json:"-"`
}

// obey carries out an order and prints the report.
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

// runChild reads in a child process. The child inherits the environment, without
// its proxy variables, and gets these variables. The output is all that the
// child printed, for a check for leaks.
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
	// Otherwise the race detector makes each process wait a second before it exits.
	command.Env = append(command.Env, "GORACE=atexit_sleep_ms=0", childVariable+"="+string(text))
	command.Env = append(command.Env, variables...)
	all, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the child process failed: %s\n%s", err, all)
	}
	if err := json.Unmarshal(all, &report); err != nil {
		t.Fatalf("the child process reported %q: %s", all, err)
	}
	report.CPU = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	return report, string(all)
}

// roundTripper responds without a network, so that the bubble controls the
// clock.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// serve responds as a handler would over HTTP. If the handler hangs up, the
// connection ends. If the client gives up, it gets no response.
func serve(handler http.HandlerFunc) roundTripper {
	return func(request *http.Request) (response *http.Response, err error) {
		defer func() {
			if problem := recover(); problem == http.ErrAbortHandler { //nolint:errorlint // Handlers panic with this very value.
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

// sequence gives one response after another and repeats the last.
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

// record counts the requests, and records their times and IDs.
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

// testOptions returns options without retries.
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

// fakeClient returns a client whose requests stay in the process.
func fakeClient(tb testing.TB, rt http.RoundTripper, change ...func(*Options)) *Client {
	tb.Helper()
	options := testOptions(tb, "https://unpod.example")
	for _, f := range change {
		f(&options)
	}
	client := New(options)
	client.requester().transport = rt
	return client
}

func (c *Client) requester() *requester { return c.providerConfigurations.requester }

// dialWith makes a client open its connections with dial.
func dialWith(client *Client, dial func(context.Context, string, string) (net.Conn, error)) {
	options := client.requester().options
	transport := newTransport(options.RootCAs, options.RequestTimeout)
	transport.DialContext = dial
	client.requester().transport = transport
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

// startTLS starts a local Unpod that accepts the canary, over TLS and HTTP/2.
func startTLS(t *testing.T, configurations ...unpodtest.Configuration) *unpodtest.Server {
	t.Helper()
	return unpodtest.StartTLS(t, unpodtest.New(canary, unpodtest.OrgHandle, configurations...))
}

// privateKeyPEM returns a private key, which people paste instead of a
// certificate.
func privateKeyPEM(t *testing.T, certificate tls.Certificate) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// read reads the list and fails the test if there is an error.
func read(t *testing.T, client *Client) []ProviderConfiguration {
	t.Helper()
	configurations, err := client.ProviderConfigurations(t.Context())
	if err != nil {
		t.Fatalf("got error %q, want a list", err)
	}
	return configurations
}

// wantIDs checks the IDs of a list and their order.
func wantIDs(t *testing.T, configurations []ProviderConfiguration, want ...int64) {
	t.Helper()
	if got := ids(configurations); !reflect.DeepEqual(got, append([]int64{}, want...)) {
		t.Errorf("got ids %v, want %v", got, want)
	}
}

// wantFailure reads the list, and expects exactly this reason and no elements.
func wantFailure(t *testing.T, client *Client, want error) *CallError {
	t.Helper()
	configurations, err := client.ProviderConfigurations(t.Context())
	return wantReason(t, configurations, err, want)
}

// wantReason expects exactly this reason, by type and all fields, and no
// elements.
func wantReason(t *testing.T, configurations []ProviderConfiguration, err, want error) *CallError {
	t.Helper()
	if configurations != nil {
		t.Errorf("got ids %v with the error, want none", ids(configurations))
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

// wantAttempts checks the attempts of the last request.
func wantAttempts(t *testing.T, failed *CallError, want int) {
	t.Helper()
	if failed.Attempts != want {
		t.Errorf("got %d attempts, want %d", failed.Attempts, want)
	}
}

// wantNoCanary checks that a text does not contain the token.
func wantNoCanary(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, canary) {
		t.Errorf("the token leaked: %s", text)
	}
}

func ids(configurations []ProviderConfiguration) []int64 {
	ids := make([]int64, 0, len(configurations))
	for _, configuration := range configurations {
		ids = append(ids, configuration.ID)
	}
	return ids
}

// oneConfiguration is a minimal list with one element.
const oneConfiguration = `{"status_code":200,"data":[{"id":1}]}`

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// readAlone reads without sharing and without retries.
func (c *Client) readAlone(ctx context.Context) ([]ProviderConfiguration, error) {
	return readWithin(ctx, c, maxBytes)
}

// readWithin does the same within a budget of bytes.
func readWithin(ctx context.Context, client *Client, budget int64) ([]ProviderConfiguration, error) {
	list := newList(client.requester(), providerConfigurations)
	list.budget = budget
	for {
		elements, whole, err := list.next(ctx, attempt{number: 1})
		if err != nil || whole {
			return elements, err
		}
	}
}

// randomUUID matches 16 random bytes in the form of a UUID.
var randomUUID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// wantHeaders checks that a request has the documented headers, those that
// net/http adds, and no others.
func wantHeaders(t *testing.T, header http.Header) {
	t.Helper()
	want := http.Header{
		"Authorization":   {"Token " + canary},
		"Org-Handle":      {unpodtest.OrgHandle},
		"Accept":          {"application/json"},
		"User-Agent":      {"Terraform/1.2.3 terraform-provider-unpod/4.5.6"},
		"Accept-Encoding": {"gzip"},
		"X-Request-Id":    header.Values("X-Request-Id"),
	}
	if !reflect.DeepEqual(header, want) {
		t.Errorf("got headers %v, want %v", header, want)
	}
	if id := header.Get("X-Request-Id"); !randomUUID.MatchString(id) {
		t.Errorf("got request ID %q, want a random UUID", id)
	}
}

// network is an in-memory network, so that a bubble can tell when everything on
// it waits. It is a [net.Listener]. It counts the connections, and how many are
// open at the server's end.
type network struct {
	dialed chan net.Conn
	closed chan struct{}
	dials  atomic.Int64
	open   atomic.Int64
	// silent is set for the connections that were open when they went silent.
	silent atomic.Pointer[atomic.Bool]
}

func newNetwork() *network {
	n := &network{dialed: make(chan net.Conn, 100), closed: make(chan struct{})}
	n.silent.Store(new(atomic.Bool))
	return n
}

func (n *network) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	n.dials.Add(1)
	n.open.Add(1)
	n.dialed <- &countedConn{Conn: server, open: &n.open}
	return silentConn{client, n.silent.Load()}, nil
}

// silence loses whatever the client sends on the connections made so far.
func (n *network) silence() { n.silent.Swap(new(atomic.Bool)).Store(true) }

type silentConn struct {
	net.Conn

	silent *atomic.Bool
}

func (c silentConn) Write(p []byte) (int, error) {
	if c.silent.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// serveTLS responds over TLS and HTTP/2 until the server is closed.
func (n *network) serveTLS(t *testing.T, answer http.HandlerFunc) (*http.Server, *x509.CertPool) {
	t.Helper()
	certificate := unpodtest.NewCertificate(t)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(unpodtest.CertificatePEM(certificate)))
	server := &http.Server{
		Handler: answer, ReadHeaderTimeout: time.Hour,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13},
	}
	go func() { _ = server.ServeTLS(n, "", "") }() // It returns ErrServerClosed.
	return server, roots
}

func (n *network) Accept() (net.Conn, error) {
	select {
	case connection := <-n.dialed:
		return connection, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// client returns a client on the network.
func (n *network) client(tb testing.TB, options Options) *Client {
	tb.Helper()
	client := New(options)
	dialWith(client, n.dial)
	return client
}

func (n *network) Close() error { close(n.closed); return nil }

func (n *network) Addr() net.Addr { return &net.TCPAddr{} }

type countedConn struct {
	net.Conn

	once sync.Once
	open *atomic.Int64
}

func (c *countedConn) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// drain reads until the client disconnects.
func drain(connection net.Conn) {
	defer func() { _ = connection.Close() }() // Nothing was written to it.
	buffer := make([]byte, 1<<10)
	for {
		if _, err := connection.Read(buffer); err != nil {
			return
		}
	}
}

// configurations returns n configurations with IDs from n down to 1.
func configurations(n int) []unpodtest.Configuration {
	all := make([]unpodtest.Configuration, n)
	for i := range all {
		all[i].ID = int64(n - i)
	}
	return all
}

// listOf responds with a page. It leaves out an empty count.
func listOf(count string, ids ...int) http.HandlerFunc {
	elements := make([]string, len(ids))
	for i, id := range ids {
		elements[i] = fmt.Sprintf(`{"id":%d}`, id)
	}
	if count != "" {
		count = `"count":` + count + ","
	}
	return unpodtest.JSON(http.StatusOK, `{"status_code":200,`+count+`"data":[`+strings.Join(elements, ",")+`]}`)
}

// operation returns an error as package net does.
func operation(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443}, Err: err}
}

// sendRaw sends raw bytes and hangs up.
func sendRaw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err) // The local Unpod serves HTTP/1.1, which can be hijacked.
		}
		_, _ = io.WriteString(connection, text) // The client may be gone.
		_ = connection.Close()
	}
}

// gaps returns the waits between the requests.
func (r *record) gaps() []time.Duration {
	var gaps []time.Duration
	for i := 1; i < len(r.times); i++ {
		gaps = append(gaps, r.times[i].Sub(r.times[i-1]))
	}
	return gaps
}

// wantRetryAfter checks how long the server asked to wait, according to an
// error. A duration that overflows may be off by a second.
func wantRetryAfter(t *testing.T, err error, status int, want time.Duration) {
	t.Helper()
	var failed *StatusError
	if !errors.As(err, &failed) || failed.HTTPStatus != status {
		t.Fatalf("got error %v, want status %d", err, status)
	}
	if off := failed.RetryAfter - want; off < -time.Second || off > time.Second || (want < time.Hour && off != 0) {
		t.Errorf("got RetryAfter %s, want %s", failed.RetryAfter, want)
	}
}

// wantErrorText checks the complete text of an error, or that there is none. A
// fixed text cannot include the input.
func wantErrorText(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("got error %q, want %q", got, want)
	}
}
