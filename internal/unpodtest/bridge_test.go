// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"strings"
	"testing"
)

func TestBridges(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle, Documented()...)
	const (
		supportLine    = BridgesPath + Bridge + "/"
		sales          = BridgesPath + "sales/"
		disconnectPath = supportLine + "disconnect-provider/"
		connect42      = `{"provider_config_id":42,"phone_number":"+14155550100"}`
		numbers        = `"slug":"support-line","numbers":[{"number":"+14155550100","state":"ASSIGNED","status":"active"}]`
		made           = `"slug":"sales","numbers":[]}`
		noBridge       = `404 {"message":"Bridge not found.","status_code":404}`
		notConnected   = `400 {"message":"Phone number is not connected to this bridge.","status_code":400}`
		changed        = `200 {"data":{"bridge_slug":"support-line","phone_number":"+14155550100"},"message":"Provider `
	)
	for _, step := range []struct{ method, path, body, want string }{
		{"POST", connectPath, `{"provider_config_id":"42"}`, `400 {"message":"Malformed request.","status_code":400}`},
		{"POST", connectPath, `{"provider_config_id":44}`, `400 {"message":"Provider configuration not found or phone number invalid.","status_code":400}`},
		{"POST", connectPath, connect42, changed + `connected to bridge successfully.","status_code":200}`},
		{"POST", connectPath, strings.Replace(connect42, "42", "43", 1), changed + `connected to bridge successfully.","status_code":200}`},
		{"POST", sales + "connect-provider/", connect42, noBridge},
		{"POST", BridgesPath, `{"name":"Sales","slug":"sales"}`, `201 {"data":{"name":"Sales",` + made + `,"message":"Bridge created successfully.","status_code":201}`},
		{"PATCH", sales, `{"name":"Team"}`, `200 {"data":{"name":"Team",` + made + `,"message":"Bridge updated successfully.","status_code":200}`},
		{"GET", BridgesPath, "", `200 {"data":[{"name":"Support line",` + numbers + `},{"name":"Team",` + made + `],"message":"Bridges fetched successfully.","status_code":200}`},
		{"DELETE", sales, "", `200 {"data":null,"message":"Bridge deleted successfully.","status_code":200}`},
		{"GET", sales, "", noBridge},
		{"GET", supportLine, "", `200 {"data":{"name":"Support line",` + numbers + `},"message":"Bridge fetched successfully.","status_code":200}`},
		{"POST", disconnectPath, connect42, changed + `disconnected from bridge successfully.","status_code":200}`},
		{"POST", disconnectPath, connect42, notConnected},
		{"PUT", BridgesPath, "", `405 {"message":"Method \"PUT\" not allowed.","status_code":405}`},
	} {
		if got := summary(ask(t, api, step.method, step.path, valid, OrgHandle, step.body)); got != step.want {
			t.Errorf("%s %s %s: got %s\nwant %s", step.method, step.path, step.body, got, step.want)
		}
	}
}
