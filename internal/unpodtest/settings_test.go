// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestOlder_elements(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle, Configuration{ID: 1, Provider: new("twilio")}, Configuration{ID: 2}, Configuration{ID: 3, Provider: new("77")})
	api.Set(func(settings *Settings) { settings.Older, settings.Pages = true, true })
	const rest = `"org_handle": "unpod", "meta_json": [{"meta_key": "region", "meta_value": "us"}], "active": true,
		"api_key": "` + APIKey + `", "api_secret": "` + APISecret + `", "base_url": null, "sip_url": ""}`
	wantAnswer(t, list(t, api, ""), 200, "application/json", `{
		"status_code": 200, "count": 3, "message": "Provider configurations fetched successfully.", "data": [
		{"id": 1, "name": "twilio 1", "provider": 3, "provider_details":
			{"id": 3, "name": "twilio", "description": "Calls through twilio", "icon": "https://unpod.example/twilio.png"}, `+rest+`,
		{"id": 2, "name": "unknown 2", "provider": null, "provider_details":
			{"id": null, "name": "unknown", "description": "Calls through unknown", "icon": "https://unpod.example/unknown.png"}, `+rest+`,
		{"id": 3, "name": "77 3", "provider": 77, "provider_details":
			{"id": 77, "name": "77", "description": "Calls through 77", "icon": "https://unpod.example/77.png"}, `+rest+`]}`)
}

func TestErrors_chosenForm(t *testing.T) {
	t.Parallel()
	right := "Token " + Token
	for name, test := range map[string]struct {
		settings                         Settings
		method, authorization, orgHandle string
		wantStatus                       int
		wantBody                         string
	}{
		"no token, object":         {Settings{Errors: ObjectForm}, "GET", "", OrgHandle, 401, `{"error":{"code":"not_authenticated","message":"Authentication credentials were not provided."}}`},
		"no token, text":           {Settings{Errors: TextForm}, "GET", "", OrgHandle, 401, `{"error":"Authentication credentials were not provided."}`},
		"wrong token, object":      {Settings{Errors: ObjectForm}, "GET", "Token x", OrgHandle, 401, `{"error":{"code":"authentication_failed","message":"Invalid token."}}`},
		"wrong token, detail":      {Settings{Errors: DetailForm}, "GET", "Token x", OrgHandle, 401, `{"detail":"Invalid token."}`},
		"expired":                  {Settings{TokenExpired: true}, "GET", right, OrgHandle, 403, `{"status_code":403,"message":"Token has expired."}`},
		"expired, wrong token":     {Settings{TokenExpired: true}, "GET", "Token x", OrgHandle, 401, `{"status_code":401,"message":"Invalid token."}`},
		"wrong handle, message":    {Settings{Errors: MessageForm}, "GET", right, "x", 403, `{"status_code":403,"message":"Invalid organization handle."}`},
		"wrong handle, detail":     {Settings{Errors: DetailForm}, "GET", right, "x", 403, `{"detail":"Invalid organization handle."}`},
		"no handle, message":       {Settings{Errors: MessageForm}, "GET", right, "", 206, `{"status_code":206,"message":"Org-Handle header not found","data":{}}`},
		"no handle, detail":        {Settings{Errors: DetailForm}, "GET", right, "", 400, `{"detail":"Org-Handle header is required."}`},
		"no handle, older":         {Settings{Older: true}, "GET", right, "", 400, `{"status_code":400,"message":"Org-Handle header is required."}`},
		"wrong method, object":     {Settings{Errors: ObjectForm}, "PUT", right, OrgHandle, 405, `{"error":{"code":"method_not_allowed","message":"Method \"PUT\" not allowed."}}`},
		"any organization, detail": {Settings{Errors: DetailForm, AnyOrganization: true}, "GET", right, "", 400, `{"detail":"Org-Handle header is required."}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := New(Token, OrgHandle)
			api.Set(func(settings *Settings) { *settings = test.settings })
			wantAnswer(t, ask(t, api, test.method, Path, test.authorization, test.orgHandle), test.wantStatus, "application/json", test.wantBody)
		})
	}
}

func TestAddOrganization_hasOwnConfigurations(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle)
	api.AddOrganization("acme", Documented()...)
	api.SetConfigurations()
	const none = `{"status_code":200,"message":"Provider configurations fetched successfully.","data":[]}`
	for handle, want := range map[string]string{OrgHandle: none, "acme": documented} {
		wantAnswer(t, ask(t, api, http.MethodGet, Path, "Token "+Token, handle), 200, "application/json", want)
	}
	api.Set(func(s *Settings) { s.AnyOrganization = true })
	wantAnswer(t, ask(t, api, http.MethodGet, Path, "Token "+Token, "other"), 200, "application/json", none)
	wantAnswer(t, ask(t, api, http.MethodGet, Path, "Token "+Token, "acme"), 200, "application/json", documented)
}

func TestRateLimit_windowsAndHeaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := New(Token, OrgHandle)
		api.Set(func(settings *Settings) { settings.RateLimit = RateLimit{Requests: 2, Window: time.Minute} })
		wantStatus := func(want int) {
			t.Helper()
			if got := list(t, api, "").Code; got != want {
				t.Errorf("got status %d, want %d", got, want)
			}
		}
		wantStatus(200)
		if got := ask(t, api, http.MethodGet, Path, "", "").Code; got != 401 {
			t.Errorf("got status %d, want 401, which does not count", got)
		}
		time.Sleep(29500 * time.Millisecond) //nolint:forbidigo // It is the clock of the bubble.
		wantStatus(200)
		throttled := list(t, api, "")
		wantAnswer(t, throttled, 429, "application/json",
			`{"status_code":429,"message":"Request was throttled. Expected available in 31 seconds."}`)
		wantHeader(t, throttled, map[string]string{"Retry-After": "31", "X-RateLimit-Reset": ""})
		time.Sleep(30500*time.Millisecond - time.Nanosecond) //nolint:forbidigo // Likewise.
		wantStatus(429)
		time.Sleep(time.Nanosecond) //nolint:forbidigo // Likewise.
		wantStatus(200)
		wantStatus(200)
		api.Set(func(settings *Settings) { settings.RateLimit.ResetOnly, settings.Errors = true, ObjectForm })
		throttled = list(t, api, "")
		wantAnswer(t, throttled, 429, "application/json",
			`{"error":{"code":"rate_limit_exceeded","message":"Request was throttled. Expected available in 60 seconds."}}`)
		// The bubble's clock starts at midnight, January 1, 2000.
		wantHeader(t, throttled, map[string]string{
			"Retry-After": "", "X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "946684920",
		})
	})
}
