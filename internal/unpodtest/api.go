// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package unpodtest is a local, in-memory Unpod: the list endpoint over real
// HTTP, with the platform's checks, bodies and quirks. The tests and the demo
// use it because the real platform needs an account, cannot be told to fail,
// and does not say what it was asked.
package unpodtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Path is the list endpoint's path. It is written here again, and not taken
// from the client, so that a slip in the client's path is noticed.
const Path = "/api/v2/platform/telephony/providers-configurations/"

// Token and OrgHandle are the credentials with which the local Unpod is usually
// started. They open nothing else, and the token says so.
const (
	Token     = "local-unpod-token" //nolint:gosec // It is no secret.
	OrgHandle = "unpod"
)

// The platform's paginator gives ten elements unless it is asked for more, and
// a hundred at most.
const (
	defaultPageSize = 10
	maxPageSize     = 100
)

// Configuration is a telephony provider configuration as the API sends it. A
// nil field is sent as JSON null.
type Configuration struct {
	ID         int64   `json:"id"`
	Provider   *string `json:"provider"`
	AccountSID *string `json:"account_sid"`
	CreatedAt  *string `json:"created_at"`
}

// Documented returns the two configurations of the API's documentation.
func Documented() []Configuration {
	return []Configuration{
		{42, new("twilio"), new("ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), new("2026-02-07T10:00:00Z")},
		{43, new("plivo"), new("MAyyyyyyyyyyyyyyyyyyyyyyy"), new("2026-02-10T09:00:00Z")},
	}
}

// Many returns as many configurations as asked for, each as long as the
// documented ones.
func Many(number int) []Configuration {
	many := make([]Configuration, number)
	for i := range many {
		many[i] = Configuration{int64(i + 1), new("twilio"), new(fmt.Sprintf("AC%032d", i+1)), new("2026-02-07T10:00:00Z")}
	}
	return many
}

// Request is what the API was asked.
type Request struct {
	Method string
	Path   string
	Query  url.Values
	Header http.Header
	// RemoteAddr tells connections apart.
	RemoteAddr string
	// Proto is the protocol, such as HTTP/2.0.
	Proto string
}

// API is the local Unpod of one organization. It is an [http.Handler], and safe
// for concurrent use.
type API struct {
	// Token and OrgHandle are the credentials that it accepts.
	Token     string
	OrgHandle string

	mu             sync.Mutex
	configurations []Configuration
	anyHandle      bool
	emptyObject    bool
	paginated      bool
	once           []http.HandlerFunc
	always         http.HandlerFunc
	requests       []Request
}

// New returns an API that accepts the credentials and lists the configurations
// in the order given.
func New(token, orgHandle string, configurations ...Configuration) *API {
	return &API{Token: token, OrgHandle: orgHandle, configurations: configurations}
}

// SetConfigurations replaces what the organization has.
func (a *API) SetConfigurations(configurations ...Configuration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.configurations = configurations
}

// AcceptAnyOrganization makes any handle that of the organization.
func (a *API) AcceptAnyOrganization() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.anyHandle = true
}

// SpellEmptyAsObject makes an empty list {} in place of [], as the platform's
// renderer does with a list that a view returns bare.
func (a *API) SpellEmptyAsObject() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.emptyObject = true
}

// Paginate puts the platform's paginator in front of the list: count beside
// data, and the query's page and page_size obeyed.
func (a *API) Paginate() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.paginated = true
}

// AnswerNext answers the next requests with these, one each and in this order.
// After the last the API answers as itself again.
func (a *API) AnswerNext(answers ...http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.once = append(a.once, answers...)
}

// AnswerAlways answers every request with this, but for those that
// [API.AnswerNext] has an answer for.
func (a *API) AnswerAlways(answer http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.always = answer
}

// Requests returns what was asked so far, the oldest first.
func (a *API) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests)
}

// ServeHTTP records the request and answers it.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.record(r)(w, r)
}

// record takes the request down and returns what answers it.
func (a *API) record(r *http.Request) http.HandlerFunc {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, Request{r.Method, r.URL.Path, r.URL.Query(), r.Header.Clone(), r.RemoteAddr, r.Proto})
	if len(a.once) > 0 {
		answer := a.once[0]
		a.once = a.once[1:]
		return answer
	}
	if a.always != nil {
		return a.always
	}
	return a.platform
}

// platform answers as the platform does: the route first, then the token, then
// the organization.
func (a *API) platform(w http.ResponseWriter, r *http.Request) {
	authorization, handle := r.Header.Get("Authorization"), r.Header.Get("Org-Handle")
	switch {
	case r.URL.Path+"/" == Path:
		http.Redirect(w, r, Path, http.StatusMovedPermanently)
	case r.URL.Path != Path:
		HTML(http.StatusNotFound, "<!doctype html><title>Not Found</title><h1>Not Found</h1>")(w, r)
	case authorization == "":
		refuse(w, r, http.StatusUnauthorized, "Authentication credentials were not provided.")
	case authorization != "Token "+a.Token:
		refuse(w, r, http.StatusUnauthorized, "Invalid token.")
	case r.Method != http.MethodGet:
		refuse(w, r, http.StatusMethodNotAllowed, `Method "`+r.Method+`" not allowed.`)
	case handle == "":
		JSON(http.StatusPartialContent, `{"status_code":206,"message":"Org-Handle header not found","data":{}}`)(w, r)
	case !a.knows(handle):
		refuse(w, r, http.StatusForbidden, "Invalid organization handle.")
	default:
		a.list(w, r)
	}
}

// knows says whether a handle is that of the organization.
func (a *API) knows(handle string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.anyHandle || handle == a.OrgHandle
}

// refuse answers with the platform's body for errors from 401 up: no data.
func refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	encode(map[string]any{"message": message, "status_code": status}, status)(w, r)
}

// list answers with the organization's configurations.
func (a *API) list(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	configurations, emptyObject, paginated := slices.Clone(a.configurations), a.emptyObject, a.paginated
	a.mu.Unlock()

	body := listBody(configurations)
	if paginated {
		body["count"] = len(configurations)
		body["data"] = append([]Configuration{}, page(configurations, r.URL.Query())...)
	}
	if len(configurations) == 0 && emptyObject {
		body["message"], body["data"] = "Success", struct{}{}
	}
	encode(body, http.StatusOK)(w, r)
}

// listBody is the body of a list that is not in pages.
func listBody(configurations []Configuration) map[string]any {
	return map[string]any{
		"status_code": http.StatusOK,
		"message":     "Provider configurations fetched successfully.",
		"data":        append([]Configuration{}, configurations...),
	}
}

// page cuts the query's page out of the list. A page past the end is empty.
func page(configurations []Configuration, query url.Values) []Configuration {
	size := min(positive(query.Get("page_size"), defaultPageSize), maxPageSize)
	before := positive(query.Get("page"), 1) - 1
	if before > len(configurations)/size {
		return nil
	}
	return configurations[before*size : min((before+1)*size, len(configurations))]
}

// positive reads a positive number, or gives the fallback.
func positive(text string, fallback int) int {
	if number, err := strconv.Atoi(text); err == nil && number > 0 {
		return number
	}
	return fallback
}

// encode answers with a value as JSON.
func encode(value any, status int) http.HandlerFunc {
	var body strings.Builder
	if err := json.NewEncoder(&body).Encode(value); err != nil {
		panic(err) // Only this package's own values come here, and each of them encodes.
	}
	return JSON(status, body.String())
}
