// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

const (
	connectPath    = BridgesPath + "support-line/connect-provider/"
	disconnectPath = BridgesPath + "support-line/disconnect-provider/"
	connectBody    = `{"provider_config_id": 42, "phone_number": "+14155550100"}`
	disconnectBody = `{"phone_number": "+14155550100"}`
)

// post sends JSON with valid credentials.
func post(t *testing.T, api http.Handler, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Token "+Token)
	request.Header.Set("Org-Handle", OrgHandle)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	api.ServeHTTP(recorder, request)
	return recorder
}

func wantConnections(t *testing.T, api *API, want ...Connection) {
	t.Helper()
	if got := api.Connections(); !reflect.DeepEqual(got, want) {
		t.Errorf("got connections %v, want %v", got, want)
	}
}

func TestBridges_connectAndDisconnect(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle, Documented()...)
	wantAnswer(t, post(t, api, connectPath, connectBody), 200, "application/json", `{
		"status_code": 200, "message": "Provider connected to bridge successfully.", "data":
		{"message": "Provider connected successfully", "bridge_slug": "support-line", "phone_number": "+14155550100"}}`)
	wantConnections(t, api, Connection{"support-line", 42, new("twilio"), "+14155550100"})
	if got := api.Requests()[0].Body; got != connectBody {
		t.Errorf("got body %s recorded, want %s", got, connectBody)
	}

	post(t, api, connectPath, `{"provider_config_id": 43, "phone_number": "+14155550100"}`)
	wantConnections(t, api, Connection{"support-line", 43, new("plivo"), "+14155550100"})

	wantAnswer(t, post(t, api, disconnectPath, disconnectBody), 200, "application/json", `{
		"status_code": 200, "message": "Provider disconnected from bridge successfully.", "data":
		{"message": "Provider disconnected successfully", "bridge_slug": "support-line"}}`)
	wantConnections(t, api)
	wantAnswer(t, post(t, api, disconnectPath, disconnectBody), 400, "application/json",
		`{"status_code":400,"message":"Invalid phone_number.","data":{},"errors":{"phone_number":["This phone number is not connected to the bridge."]}}`)
}

func TestBridges_list(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle, Documented()...)
	api.AddOrganization("acme", Documented()...)
	post(t, api, connectPath, connectBody)
	const (
		sales     = `{"id": 314, "name": "Sales Bridge", "slug": "sales-bridge-001", "provider": null, "numbers": []}`
		idle      = `{"id": 315, "name": "Support Line", "slug": "support-line", "provider": null, "numbers": []}`
		connected = `{"id": 315, "name": "Support Line", "slug": "support-line", "provider": "twilio", "numbers":
			[{"id": 1, "number": "+14155550100", "status": "active", "provider_config_id": 42, "provider": "twilio"}]}`
		listed = `{"count": 2, "status_code": 200, "message": "Bridges fetched successfully.", "data": [`
	)
	for handle, support := range map[string]string{OrgHandle: connected, "acme": idle} {
		wantAnswer(t, ask(t, api, http.MethodGet, BridgesPath, "Token "+Token, handle), 200, "application/json", listed+sales+","+support+"]}")
		wantAnswer(t, ask(t, api, http.MethodGet, BridgesPath+"support-line/", "Token "+Token, handle), 200, "application/json",
			`{"status_code": 200, "message": "Bridge fetched successfully.", "data": `+support+`}`)
	}
}

func TestBridges_rejectInvalidBody(t *testing.T) {
	t.Parallel()
	const (
		badID     = `{"status_code":400,"message":"Invalid provider_config_id.","data":{},"errors":{"provider_config_id":["A valid integer is required."]}}`
		badNumber = `{"status_code":400,"message":"Invalid phone_number.","data":{},"errors":{"phone_number":["Enter a phone number in E.164 form."]}}`
		noBridge  = `{"status_code":404,"message":"Bridge not found."}`
		malformed = `{"status_code":400,"message":"Malformed request."}`
	)
	for name, test := range map[string]struct {
		path, body string
		wantStatus int
		wantBody   string
	}{
		"id as text":                  {connectPath, `{"provider_config_id": "42", "phone_number": "+14155550100"}`, 400, badID},
		"id with a fraction":          {connectPath, `{"provider_config_id": 42.0, "phone_number": "+14155550100"}`, 400, badID},
		"null id":                     {connectPath, `{"provider_config_id": null, "phone_number": "+14155550100"}`, 400, badID},
		"no id":                       {connectPath, disconnectBody, 400, badID},
		"unknown id":                  {connectPath, `{"provider_config_id": 44, "phone_number": "+14155550100"}`, 400, `{"status_code":400,"message":"Invalid provider_config_id.","data":{},"errors":{"provider_config_id":["There is no provider configuration 44."]}}`},
		"no number":                   {connectPath, `{"provider_config_id": 42}`, 400, badNumber},
		"number without +":            {connectPath, `{"provider_config_id": 42, "phone_number": "14155550100"}`, 400, badNumber},
		"number with spaces":          {connectPath, `{"provider_config_id": 42, "phone_number": "+1 415 555 0100"}`, 400, badNumber},
		"number too long":             {connectPath, `{"provider_config_id": 42, "phone_number": "+1234567890123456"}`, 400, badNumber},
		"number as a JSON number":     {connectPath, `{"provider_config_id": 42, "phone_number": 14155550100}`, 400, malformed},
		"disconnect without a number": {disconnectPath, `{}`, 400, badNumber},
		"not JSON":                    {connectPath, `provider_config_id=42`, 400, malformed},
		"no body":                     {connectPath, ``, 400, malformed},
		"body too large":              {connectPath, connectBody + strings.Repeat(" ", maxBodySize) + "x", 400, malformed},
		"unknown bridge":              {BridgesPath + "other/connect-provider/", connectBody, 404, noBridge},
		"POST to the list":            {BridgesPath, `{}`, 405, `{"status_code":405,"message":"Method \"POST\" not allowed."}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := New(Token, OrgHandle, Documented()...)
			wantAnswer(t, post(t, api, test.path, test.body), test.wantStatus, "application/json", test.wantBody)
			wantConnections(t, api)
		})
	}
}

func TestBridges_rejectInvalidRequest(t *testing.T) {
	t.Parallel()
	right := "Token " + Token
	for name, test := range map[string]struct {
		method, path, authorization, orgHandle string
		wantStatus                             int
	}{
		"no token":          {"POST", connectPath, "", OrgHandle, 401},
		"no handle":         {"POST", connectPath, right, "", 206},
		"wrong handle":      {"POST", disconnectPath, right, "x", 403},
		"GET":               {"GET", connectPath, right, OrgHandle, 405},
		"no content type":   {"POST", connectPath, right, OrgHandle, 415},
		"unknown bridge":    {"GET", BridgesPath + "other/", right, OrgHandle, 404},
		"no trailing slash": {"GET", strings.TrimSuffix(connectPath, "/"), "", "", 301},
		"no bridge":         {"POST", BridgesPath + "/connect-provider/", right, OrgHandle, 404},
		"unknown endpoint":  {"POST", BridgesPath + "support-line/dial/", right, OrgHandle, 404},
	} {
		if got := ask(t, New(Token, OrgHandle), test.method, test.path, test.authorization, test.orgHandle); got.Code != test.wantStatus {
			t.Errorf("%s: got status %d, want %d", name, got.Code, test.wantStatus)
		}
	}
}

func TestBridges_chosenErrorForm(t *testing.T) {
	t.Parallel()
	for form, want := range map[ErrorForm]string{
		ObjectForm: `{"error":{"code":"validation_error","message":"provider_config_id: A valid integer is required."}}`,
		TextForm:   `{"error":"provider_config_id: A valid integer is required."}`,
		DetailForm: `{"provider_config_id":["A valid integer is required."]}`,
	} {
		api := New(Token, OrgHandle)
		api.Set(func(settings *Settings) { settings.Errors = form })
		wantAnswer(t, post(t, api, connectPath, disconnectBody), 400, "application/json", want)
	}
}
