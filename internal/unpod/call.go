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
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/hashicorp/go-retryablehttp"
	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const (
	// maxBytes bounds what one call reads, after decompression and over all its
	// pages: room for more than 100,000 configurations, where organizations
	// have tens.
	maxBytes = 16 << 20
	// maxErrorBytes is how much of an answer that is no list is read, for its
	// message. The rest is of no use.
	maxErrorBytes = 1 << 20
	// minWait is the wait before the first retry. It doubles from retry to
	// retry.
	minWait = 500 * time.Millisecond
	// maxWait bounds one wait, whether the client or the server chose it. A
	// server that asks for more is not waited for, because a plan that stands
	// still without a word is worse than an error that says why.
	maxWait = time.Minute
)

// call is one call of the API: its requests, one a page, and the attempts at
// the last of them. It is the [http.RoundTripper] of those attempts, so that
// reading the body is a part of the attempt, bounded and retried with it. The
// body stays here, and the answer that goes up has none.
type call struct {
	client    *Client
	url       *url.URL
	budget    int64 // bytes that may still be read
	attempts  int
	requestID string
	body      []byte // of the last attempt's answer
	failure   string // why the last attempt is tried again, for the log
}

func newCall(client *Client, path string) *call {
	return &call{client: client, url: client.options.BaseURL.JoinPath(path), budget: maxBytes}
}

// answer is an HTTP answer with its whole body.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// get sends a request until there is an answer that counts.
func (c *call) get(ctx context.Context, query url.Values) (answer, error) {
	c.attempts, c.requestID = 0, ""
	address := *c.url
	address.RawQuery = query.Encode()
	request, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Authorization", c.client.options.Token.authorization())
	request.Header.Set("Org-Handle", c.client.options.OrgHandle)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.client.options.UserAgent)
	retrying := retryablehttp.Client{
		HTTPClient: &http.Client{Transport: c},
		RetryMax:   c.client.options.MaxRetries,
		CheckRetry: c.checkRetry,
		Backoff: func(_, _ time.Duration, retry int, response *http.Response) time.Duration {
			return c.backoff(ctx, retry, response)
		},
		// The library's own handler would lose the last answer.
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	response, err := retrying.Do(request)
	if err != nil {
		return answer{}, err
	}
	_ = response.Body.Close() // There is nothing in it any more.
	c.budget -= int64(len(c.body))
	return answer{status: response.StatusCode, header: response.Header, body: c.body}, nil
}

// RoundTrip is one attempt: a request id of its own, a time limit, the whole
// body, a line in the log. It begins once no other call is told to wait.
func (c *call) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := c.client.throttle.wait(request.Context()); err != nil {
		return nil, err
	}
	requestID, err := uuid.NewRandom()
	if err != nil {
		return nil, err
	}
	c.attempts++
	c.requestID = requestID.String()
	ctx, cancel := context.WithTimeout(request.Context(), c.client.options.RequestTimeout)
	defer cancel()
	attempt := request.Clone(ctx)
	attempt.Header.Set("X-Request-Id", c.requestID)

	started := time.Now()
	response, size, err := c.exchange(attempt)
	if err != nil && ctx.Err() != nil {
		err = &TimeoutError{Timeout: c.client.options.RequestTimeout}
	}
	c.logAttempt(request.Context(), response, size, time.Since(started))
	return response, err
}

// exchange sends a request and reads the answer to its end. A redirect is an
// error here, so that nothing above can follow it with the token in hand.
func (c *call) exchange(request *http.Request) (_ *http.Response, size int, _ error) {
	response, err := c.client.transport.RoundTrip(request)
	if err != nil {
		return nil, 0, err
	}
	// The body is not the response's any more when this is done.
	defer func(body io.Closer) { _ = body.Close() }(response.Body) // Nothing is lost with a body that was read, or given up.
	if location := response.Header.Get("Location"); location != "" && response.StatusCode/100 == 3 {
		return nil, 0, &RedirectError{HTTPStatus: response.StatusCode, Origin: c.origin(location)}
	}
	body, err := c.readBody(response)
	if err != nil {
		return nil, len(body), err
	}
	if response.StatusCode == http.StatusOK && endsWithConnection(response) && brokeOff(body) {
		return nil, len(body), io.ErrUnexpectedEOF
	}
	c.body, response.Body = body, http.NoBody
	return response, len(body), nil
}

// readBody reads a body as far as it may be read.
func (c *call) readBody(response *http.Response) ([]byte, error) {
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusSwitchingProtocols:
		// What follows is not a body but the connection itself, and no time limit
		// ends reading it.
		return nil, nil
	default:
		return io.ReadAll(io.LimitReader(response.Body, maxErrorBytes))
	}
	var body bytes.Buffer // It grows in fewer steps than io.ReadAll.
	_, err := body.ReadFrom(io.LimitReader(response.Body, c.budget+1))
	if err == nil && int64(body.Len()) > c.budget {
		err = &TooLargeError{Limit: fmt.Sprintf("%d MiB", maxBytes>>20)}
	}
	return body.Bytes(), err
}

// endsWithConnection says whether nothing but the end of the connection marks
// the end of the body, so that net/http cannot notice when it breaks off.
func endsWithConnection(response *http.Response) bool {
	return response.ProtoMajor == 1 && response.ContentLength < 0 && len(response.TransferEncoding) == 0 && !response.Uncompressed
}

// brokeOff says whether a body is JSON without its end, or has not even begun.
func brokeOff(body []byte) bool {
	return len(body) == 0 || isJSON(body) && !jsontext.Value(body).IsValid(lenient)
}

// origin returns the scheme, host and port that a redirect leads to.
func (c *call) origin(location string) string {
	target, err := c.url.Parse(location)
	if err != nil || target.Host == "" {
		return "an address that is not a web server's"
	}
	return c.client.safe(target.Scheme + "://" + target.Host)
}

// checkRetry says whether an attempt is worth another one.
func (c *call) checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		c.failure = c.reason(ctx, err).Error()
		return isTransient(err), nil
	}
	c.failure = http.StatusText(response.StatusCode)
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return retryAfter(response.Header) <= maxWait, nil
	}
	return false, nil
}

// isTransient says whether an attempt without an answer may fare better when it
// is made again.
func isTransient(err error) bool {
	var (
		redirect *RedirectError
		tooLarge *TooLargeError
	)
	return !errors.As(err, &redirect) && !errors.As(err, &tooLarge) && !isTLS(err)
}

// backoff says how long to wait before a retry, the first of which is 0: twice
// as long as before the last one, or as long as the server asked for where that
// is more. Up to a half is taken off by chance, so that clients which failed
// together do not come back together.
func (c *call) backoff(ctx context.Context, retry int, response *http.Response) time.Duration {
	wait := min(minWait<<retry, maxWait)
	wait -= rand.N(wait / 2) //nolint:gosec // Chance is all that is wanted of it.
	if response != nil {
		wait = max(wait, retryAfter(response.Header))
		if response.StatusCode == http.StatusTooManyRequests {
			c.client.throttle.hold(wait)
		}
	}
	c.logRetry(ctx, wait)
	return wait
}

// retryAfter reads the Retry-After header: seconds or a date. It returns 0 where
// there is none, or none that can be read.
func retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		// Rounded up, as a part of a second too early would be too early.
		wait := min(time.Until(date), math.MaxInt64-time.Second)
		return max(wait+time.Second-1, 0).Truncate(time.Second)
	}
	return 0
}

// logAttempt writes what a support ticket needs of an attempt, and nothing that
// may be a secret: no header and no body.
func (c *call) logAttempt(ctx context.Context, response *http.Response, size int, took time.Duration) {
	fields := c.logFields()
	fields["bytes"] = size
	fields["duration_ms"] = took.Milliseconds()
	if response != nil {
		fields["status"] = response.StatusCode
	}
	tflog.Debug(ctx, "Called the Unpod API", fields)
}

// logRetry writes why and when an attempt follows.
func (c *call) logRetry(ctx context.Context, wait time.Duration) {
	fields := c.logFields()
	fields["reason"] = c.failure
	fields["wait_ms"] = wait.Milliseconds()
	tflog.Warn(ctx, "Calling the Unpod API again", fields)
}

func (c *call) logFields() map[string]any {
	return map[string]any{
		"method":     http.MethodGet,
		"path":       c.url.Path,
		"attempt":    c.attempts,
		"request_id": c.requestID,
	}
}
