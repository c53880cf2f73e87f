// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

const (
	listName   = "unpod_telephony_provider_configurations"
	lookupName = "unpod_telephony_provider_configuration"
)

// unknown is a value that is known only after apply.
const unknown = tftypes.UnknownValue

// block has the values of a block or an object. Those that are missing are null.
type block map[string]any

// withVariables returns a provider that sees only these environment variables, so
// that tests with different ones can run in parallel.
func withVariables(variables map[string]string) tfprotov6.ProviderServer {
	seen := maps.Clone(variables)
	return newServer("test", func(name string) string { return seen[name] })()
}

// factories returns the same for terraform-plugin-testing, which tests use whose
// steps follow each other. It also runs init, and plans before and after each apply.
func factories(variables map[string]string) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"unpod": func() (tfprotov6.ProviderServer, error) { return withVariables(variables), nil },
	}
}

// configure returns a provider with these variables and this provider block, and
// the diagnostics about the block.
func configure(tb testing.TB, variables map[string]string, values block) (tfprotov6.ProviderServer, []*tfprotov6.Diagnostic) {
	tb.Helper()
	p := withVariables(variables)
	resp, err := p.ConfigureProvider(tb.Context(), &tfprotov6.ConfigureProviderRequest{Config: encode(tb, "", values), TerraformVersion: "1.2.3"})
	if err != nil {
		tb.Fatal(err)
	}
	return p, resp.Diagnostics
}

// configured returns a provider that is ready to read.
func configured(tb testing.TB, variables map[string]string) tfprotov6.ProviderServer {
	tb.Helper()
	p, diags := configure(tb, variables, nil)
	wantDiagnostics(tb, diags)
	return p
}

// readData reads a data block as Terraform does: the provider first validates it.
func readData(tb testing.TB, p tfprotov6.ProviderServer, name string, values block) *tfprotov6.ReadDataSourceResponse {
	tb.Helper()
	config := encode(tb, name, values)
	validated, err := p.ValidateDataResourceConfig(tb.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config})
	if err != nil {
		tb.Fatal(err)
	}
	if len(validated.Diagnostics) > 0 {
		return &tfprotov6.ReadDataSourceResponse{Diagnostics: validated.Diagnostics}
	}
	resp, err := p.ReadDataSource(tb.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config})
	if err != nil {
		tb.Fatal(err)
	}
	return resp
}

// listRequest returns a request to read the whole list.
func listRequest(tb testing.TB) *tfprotov6.ReadDataSourceRequest {
	tb.Helper()
	return &tfprotov6.ReadDataSourceRequest{TypeName: listName, Config: encode(tb, listName, nil)}
}

// schemas requests the schemas as Terraform does.
func schemas(tb testing.TB) *tfprotov6.GetProviderSchemaResponse {
	tb.Helper()
	resp, err := withVariables(nil).GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	return resp
}

// typeOf returns the type of a data source's block or, without a name, of the
// provider block.
func typeOf(tb testing.TB, name string) tftypes.Type {
	tb.Helper()
	if name == "" {
		return schemas(tb).Provider.ValueType()
	}
	return schemas(tb).DataSourceSchemas[name].ValueType()
}

// encode returns the block with these arguments.
func encode(tb testing.TB, name string, values block) *tfprotov6.DynamicValue {
	tb.Helper()
	valueType := typeOf(tb, name)
	encoded, err := tfprotov6.NewDynamicValue(valueType, typed(valueType, values))
	if err != nil {
		tb.Fatal(err)
	}
	return &encoded
}

// typed converts a value, whose objects are blocks and whose lists are []any.
func typed(valueType tftypes.Type, value any) tftypes.Value {
	switch valueType := valueType.(type) {
	case tftypes.Object:
		object, _ := value.(block) // nil is an object of nulls.
		values := map[string]tftypes.Value{}
		for name, attributeType := range valueType.AttributeTypes {
			values[name] = typed(attributeType, object[name])
		}
		return tftypes.NewValue(valueType, values)
	case tftypes.List:
		if elements, ok := value.([]any); ok {
			values := make([]tftypes.Value, len(elements))
			for i, each := range elements {
				values[i] = typed(valueType.ElementType, each)
			}
			return tftypes.NewValue(valueType, values)
		}
	}
	return tftypes.NewValue(valueType, value)
}

// wantState checks that a read succeeded with this state. It decodes the state with
// the types of the schema, as Terraform does.
func wantState(tb testing.TB, name string, resp *tfprotov6.ReadDataSourceResponse, want block) {
	tb.Helper()
	wantDiagnostics(tb, resp.Diagnostics)
	valueType := typeOf(tb, name)
	if resp.State == nil {
		tb.Fatal("got no state")
	}
	if got, err := resp.State.Unmarshal(valueType); err != nil || !got.Equal(typed(valueType, want)) {
		tb.Errorf("got state %v and error %v, want %v", got, err, want)
	}
}

// foundState returns the state of a lookup that found this configuration.
func foundState(configuration unpodtest.Configuration) block {
	return block{
		"id": configuration.ID, "provider_slug": configuration.Provider,
		"account_sid": configuration.AccountSID, "created_at": configuration.CreatedAt,
	}
}

// listedState returns the state of a list with these filters and configurations.
func listedState(filters block, configurations ...unpodtest.Configuration) block {
	elements, ids := []any{}, []any{}
	for _, configuration := range configurations {
		elements = append(elements, block{
			"id": configuration.ID, "provider": configuration.Provider,
			"account_sid": configuration.AccountSID, "created_at": configuration.CreatedAt,
		})
		ids = append(ids, configuration.ID)
	}
	state := block{"provider_configurations": elements, "ids": ids}
	maps.Copy(state, filters)
	return state
}

// diagnostic is a diagnostic of the provider. In the detail, {id} is any request
// ID. The path is the argument that it points to, if any.
type diagnostic struct {
	summary, detail string
	path            string
	warning         bool
}

// requestID matches a random UUID.
var requestID = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// wantDiagnostics checks that there are exactly these diagnostics, in this order.
func wantDiagnostics(tb testing.TB, got []*tfprotov6.Diagnostic, want ...diagnostic) {
	tb.Helper()
	var all []diagnostic
	for _, each := range got {
		one := diagnostic{summary: each.Summary, detail: requestID.ReplaceAllString(each.Detail, "{id}"), warning: each.Severity == tfprotov6.DiagnosticSeverityWarning}
		if each.Attribute != nil {
			one.path = strings.Trim(strings.TrimPrefix(each.Attribute.String(), "AttributeName("), `")`)
		}
		all = append(all, one)
	}
	if !slices.Equal(all, want) {
		tb.Errorf("got  %+v\nwant %+v", all, want)
	}
}
