// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const (
	// maxBytes caps the size of one list, decompressed and over all its pages.
	// 100,000 elements fit.
	maxBytes = 16 << 20
	// maxErrorBytes caps how much of a body is searched for an error message.
	maxErrorBytes = 1 << 20
	// maxErrorTime caps how long that takes, since the status is already known.
	maxErrorTime = time.Second
)

// requester sends the requests of one client.
type requester struct {
	options   Options
	transport http.RoundTripper
	throttle  *throttle
	secrets   redactor
	decoding  json.Options
	// proxy is the environment variable that names the proxy, empty if there is none.
	proxy        string
	proxyOverTLS bool
}

func newRequester(options Options) *requester {
	proxy, variable, err := findProxy(options.BaseURL, options.Getenv)
	secrets := newRedactor(options, proxy)
	decoding := json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(secrets.decodeText), json.UnmarshalFromFunc(secrets.decodeInteger),
		json.UnmarshalFromFunc(secrets.decodeDetails), json.UnmarshalFromFunc(owner(options.OrgHandle).check),
	))
	transport := newTransport(options.RootCAs, options.RequestTimeout, (&net.Dialer{Timeout: options.RequestTimeout}).DialContext)
	r := &requester{
		options:      options,
		transport:    transport,
		throttle:     &throttle{longer: make(chan struct{})},
		secrets:      secrets,
		decoding:     json.JoinOptions(lenient, decoding),
		proxy:        variable,
		proxyOverTLS: proxy != nil && proxy.Scheme == "https",
	}
	transport.Proxy = func(*http.Request) (*url.URL, error) { return proxy, err }
	transport.OnProxyConnectResponse = r.checkProxy
	return r
}

// checkProxy converts a proxy's refusal to connect. By default, net/http reports the
// proxy's own text.
func (r *requester) checkProxy(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	status := &StatusError{HTTPStatus: answer.StatusCode, Status: answer.StatusCode, Message: r.secrets.sanitize(answer.Status)}
	return &ProxyError{Variable: r.proxy, Refused: answer.StatusCode < http.StatusInternalServerError, Err: status}
}

// url returns the URL of an API path.
func (r *requester) url(path string) *url.URL { return r.options.BaseURL.JoinPath(path) }

// attempt identifies one attempt at a request in logs and errors.
type attempt struct {
	number    int // 1 for the first
	requestID string
	path      string
}

// fields returns what every log line about an attempt has.
func (a attempt) fields() map[string]any {
	return map[string]any{"method": http.MethodGet, "path": a.path, "attempt": a.number, "request_id": a.requestID}
}

// response is an HTTP response with its body: the whole body if the status is
// 200, else what arrived in time.
type response struct {
	status int
	header http.Header
	body   []byte
}

// get makes one attempt at a request and reads at most limit bytes of the body.
// Its errors are typed and sanitized.
func (r *requester) get(ctx context.Context, made attempt, address *url.URL, limit int64) (response, error) {
	ctx, cancel := context.WithTimeout(ctx, r.options.RequestTimeout)
	defer cancel()
	var state handshake
	request, err := http.NewRequestWithContext(state.watch(ctx), http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return response{}, r.failure(err, &state)
	}
	request.Header.Set("Authorization", r.options.Token.authorization())
	request.Header.Set("Org-Handle", r.options.OrgHandle)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", r.options.UserAgent)
	request.Header.Set("X-Request-Id", made.requestID)

	started := time.Now()
	received, err := r.exchange(request, limit, cancel)
	logAttempt(ctx, made.fields(), received, time.Since(started))
	if err != nil {
		return response{}, r.failure(err, &state)
	}
	switch received.status {
	case http.StatusProxyAuthRequired, http.StatusNetworkAuthenticationRequired:
		if r.proxy != "" && address.Scheme == "http" { // Else it is not the proxy's.
			return response{}, &ProxyError{Variable: r.proxy, Refused: true, Err: r.statusError(received, received.status)}
		}
	case http.StatusBadRequest:
		if state.asked.Load() && !hasMessage(received.body) { // nginx says so after the handshake.
			return response{}, &TLSError{TLSClientCertificate, "status 400 after the server asked for a client certificate"}
		}
	}
	return received, nil
}

// exchange sends a request and reads the response. It returns an error for a
// redirect, so that the token never goes to the target.
func (r *requester) exchange(request *http.Request, limit int64, cancel context.CancelFunc) (response, error) {
	raw, err := r.transport.RoundTrip(request)
	if err != nil {
		return response{}, err
	}
	defer func() { _ = raw.Body.Close() }() // Nothing more is read from it.
	received := response{status: raw.StatusCode, header: raw.Header}
	if location := raw.Header.Get("Location"); location != "" && raw.StatusCode/100 == 3 {
		return received, &RedirectError{HTTPStatus: raw.StatusCode, Origin: r.origin(request.URL, location)}
	}
	switch raw.StatusCode {
	case http.StatusOK:
		received.body, err = readBody(raw, limit)
	case http.StatusSwitchingProtocols:
		// The body is the connection itself.
	default:
		// The status counts even if the body cannot be read.
		defer time.AfterFunc(maxErrorTime, cancel).Stop()
		received.body, _ = readBody(raw, maxErrorBytes)
	}
	return received, err
}

// readBody reads a body, without a byte order mark. If that fails, it returns the
// part that arrived, too.
func readBody(raw *http.Response, limit int64) ([]byte, error) {
	var buffer bytes.Buffer // It grows in fewer steps than io.ReadAll.
	_, err := buffer.ReadFrom(io.LimitReader(raw.Body, limit+1))
	body := bytes.TrimPrefix(buffer.Bytes(), []byte("\ufeff"))
	switch {
	case err != nil:
	case int64(buffer.Len()) > limit:
		err = &TooLargeError{Limit: fmt.Sprintf("%d MiB", maxBytes>>20)}
	case brokeOff(raw, body):
		err = io.ErrUnexpectedEOF
	}
	return body, err
}

// brokeOff reports truncated bodies that net/http does not notice: an empty
// compressed body, and incomplete JSON if closing the connection ends the body.
func brokeOff(raw *http.Response, body []byte) bool {
	if len(body) == 0 && (raw.Uncompressed || raw.Header.Get("Content-Encoding") != "") {
		return true
	}
	endsWithConnection := raw.ProtoMajor == 1 && raw.ContentLength < 0 && len(raw.TransferEncoding) == 0 && !raw.Uncompressed
	return endsWithConnection && (len(body) == 0 || isJSON(body) && !jsontext.Value(body).IsValid(lenient))
}

// origin returns the scheme, host and port of a redirect's target, empty if it
// has no valid host.
func (r *requester) origin(from *url.URL, location string) string {
	target, err := from.Parse(location)
	if err != nil || target.Host == "" {
		return ""
	}
	return r.secrets.sanitize(target.Scheme + "://" + target.Host)
}

// failure converts the error of an attempt without a complete response to a
// typed, sanitized error.
func (r *requester) failure(err error, state *handshake) error {
	switch err.(type) { //nolint:errorlint // None is wrapped here.
	case *RedirectError, *TooLargeError, *ProxyError:
		return err
	}
	operation, ok := errors.AsType[*net.OpError](err)
	if ok && operation.Op == "proxyconnect" {
		err = operation.Err
	}
	typed := r.connectionError(err, state)
	_, untrusted := typed.(*TLSError) //nolint:errorlint // It is not wrapped.
	if r.proxy != "" && (state.atProxy(r.proxyOverTLS) || untrusted && r.options.BaseURL.Scheme == "http") {
		return &ProxyError{Variable: r.proxy, Refused: ok && isSOCKSRefusal(operation), Err: typed}
	}
	return typed
}

// connectionError converts an error of the network.
func (r *requester) connectionError(err error, state *handshake) error {
	if isTimeout(err) {
		return &TimeoutError{Timeout: r.options.RequestTimeout, Silent: state.silent()}
	}
	if cause, reason, ok := classifyTLS(err, state.asked.Load()); ok {
		return &TLSError{Cause: cause, Reason: r.secrets.sanitize(reason)}
	}
	if state.asked.Load() && !state.answered.Load() && brokeEarly(err) { // The server may hang up before its alert arrives.
		return &TLSError{Cause: TLSClientCertificate, Reason: r.secrets.sanitize(err.Error())}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &ConnectionError{Reason: "the connection closed before the response was complete"}
	}
	return &ConnectionError{Reason: r.secrets.sanitize(err.Error())}
}

// statusError converts an error response to a [*StatusError].
func (r *requester) statusError(received response, status int) *StatusError {
	message, code := errorMessage(received.body[:min(len(received.body), maxErrorBytes)])
	return &StatusError{
		HTTPStatus: received.status,
		Status:     status,
		Message:    r.secrets.sanitize(message),
		Code:       r.secrets.sanitize(code),
		BodyType:   r.bodyType(received),
		RetryAfter: retryAfter(received),
	}
}

func (r *requester) bodyType(received response) BodyType {
	body := BodyType{Empty: len(received.body) == 0}
	mediaType, _, err := mime.ParseMediaType(received.header.Get("Content-Type"))
	if (err == nil || errors.Is(err, mime.ErrInvalidMediaParameter)) && strings.Contains(mediaType, "/") {
		body.MediaType = r.secrets.sanitize(mediaType)
	}
	return body
}

// retryAfter returns how long the server asks to wait, 0 if it does not ask. It
// reads Retry-After, or X-RateLimit-Reset if a 429 has no Retry-After. It
// compares dates with the response's Date, since the server's clock may be off.
func retryAfter(received response) time.Duration {
	now := time.Now()
	if date, err := http.ParseTime(received.header.Get("Date")); err == nil {
		now = date
	}
	text := received.header.Get("Retry-After")
	if wait, ok := parseSeconds(text); ok {
		return wait
	}
	if date, err := http.ParseTime(text); err == nil {
		return secondsUntil(date, now)
	}
	if reset, ok := parseSeconds(received.header.Get("X-RateLimit-Reset")); ok && received.status == http.StatusTooManyRequests {
		return secondsUntil(time.Unix(0, 0).Add(reset), now)
	}
	return 0
}

// parseSeconds parses a whole number of seconds, and caps it at 32 bits.
func parseSeconds(text string) (time.Duration, bool) {
	seconds, err := strconv.ParseUint(text, 10, 32)
	return time.Duration(seconds) * time.Second, err == nil || errors.Is(err, strconv.ErrRange)
}

// secondsUntil returns the time from now to a date, rounded up to whole seconds so that
// a retry is never early.
func secondsUntil(date, now time.Time) time.Duration {
	wait := min(date.Sub(now), math.MaxInt64-time.Second)
	return max(wait+time.Second-1, 0).Truncate(time.Second)
}

// logAttempt logs what a support ticket needs, without the headers and the body,
// which may contain secrets.
func logAttempt(ctx context.Context, fields map[string]any, received response, took time.Duration) {
	fields["bytes"], fields["duration_ms"] = len(received.body), took.Milliseconds()
	if received.status != 0 {
		fields["status"] = received.status
	}
	tflog.Debug(ctx, "Called the Unpod API", fields)
}
