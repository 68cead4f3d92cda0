// Plans updates as the official provider does. record_diffs.py builds and runs it, together with the
// schemas of hashicorp/terraform-provider-aws and with the part of pulumi-terraform-bridge that
// proposes a new state. It reads a JSON list of cases and writes a JSON list of results.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	awspolicy "github.com/hashicorp/awspolicyequivalence"
	"github.com/hashicorp/go-cty/cty"
	ctyjson "github.com/hashicorp/go-cty/cty/json"
	"github.com/hashicorp/go-cty/cty/msgpack"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

type planCase struct {
	Type   string
	State  map[string]any
	Config map[string]any
}

type planResult struct {
	Changes  []string `json:"changes"`
	Replaces []string `json:"replaces"`
	Error    string   `json:"error"`
}

func main() {
	provider := &schema.Provider{ResourcesMap: map[string]*schema.Resource{
		"aws:cloudwatch/metricAlarm:MetricAlarm":            resourceMetricAlarm(),
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment": resourceRolePolicyAttachment(),
		"aws:sqs/queue:Queue":                               resourceQueue(),
		"aws:iam/role:Role":                                 resourceRole(),
		"aws:iam/rolePolicy:RolePolicy":                     resourceRolePolicy(),
		"aws:lambda/function:Function":                      resourceFunction(),
		"aws:lambda/eventSourceMapping:EventSourceMapping":  resourceEventSourceMapping(),
		"aws:cloudwatch/logGroup:LogGroup":                  resourceGroup(),
	}}
	var cases []planCase
	check(json.NewDecoder(os.Stdin).Decode(&cases))
	results := []planResult{}
	for _, each := range cases {
		results = append(results, plan(provider, each))
	}
	check(json.NewEncoder(os.Stdout).Encode(results))
}

func plan(provider *schema.Provider, each planCase) planResult {
	resource := provider.ResourcesMap[each.Type]
	ty := resource.CoreConfigSchema().ImpliedType()
	prior, config := object(each.State, ty), object(each.Config, ty)
	proposed, err := proposedNew(resource, prior, config)
	check(err)
	response, err := schema.NewGRPCProviderServer(provider).PlanResourceChange(
		context.Background(),
		&tfprotov5.PlanResourceChangeRequest{
			TypeName:         each.Type,
			PriorState:       packed(prior, ty),
			ProposedNewState: packed(proposed, ty),
			Config:           packed(config, ty),
		},
	)
	check(err)
	for _, diagnostic := range response.Diagnostics {
		return planResult{Error: diagnostic.Summary + diagnostic.Detail}
	}
	planned, err := msgpack.Unmarshal(response.PlannedState.MsgPack, ty)
	check(err)
	result := planResult{Changes: []string{}, Replaces: []string{}}
	for name := range ty.AttributeTypes() {
		equal := prior.GetAttr(name).Equals(planned.GetAttr(name))
		if !equal.IsKnown() || equal.False() {
			result.Changes = append(result.Changes, name)
		}
	}
	for _, path := range response.RequiresReplace {
		result.Replaces = append(result.Replaces, string(path.Steps()[0].(tftypes.AttributeName)))
	}
	return result
}

func object(properties map[string]any, ty cty.Type) cty.Value {
	text, err := json.Marshal(complete(properties, ty))
	check(err)
	value, err := ctyjson.Unmarshal(text, ty)
	check(err)
	return value
}

// complete adds the attributes that are missing, and an empty list for a block that is.
func complete(value any, ty cty.Type) any {
	if ty.IsObjectType() {
		properties, _ := value.(map[string]any)
		all := map[string]any{}
		for name, each := range ty.AttributeTypes() {
			all[name] = complete(properties[name], each)
		}
		return all
	}
	if (ty.IsListType() || ty.IsSetType()) && ty.ElementType().IsObjectType() {
		blocks := []any{}
		elements, _ := value.([]any)
		for _, each := range elements {
			blocks = append(blocks, complete(each, ty.ElementType()))
		}
		return blocks
	}
	return value
}

func packed(value cty.Value, ty cty.Type) *tfprotov5.DynamicValue {
	packed, err := msgpack.Marshal(value, ty)
	check(err)
	return &tfprotov5.DynamicValue{MsgPack: packed}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// What the schemas and the bridge call in packages that are not part of this program.

const functionRegexp = `^(arn:[\w-]+:lambda:)?([a-z]{2,4}-(?:[a-z]+-){1,2}\d:)?(\d{12}:)?(function:)?` +
	`([0-9A-Za-z_-]+)(:(\$LATEST|[0-9A-Za-z_-]+))?$`

type resourceDiffer interface {
	Get(string) any
	GetChange(string) (any, any)
	HasChange(string) bool
	HasChanges(...string) bool
}

func failf(format string, arguments ...any) {
	panic(fmt.Sprintf(format, arguments...))
}

func assertf(holds bool, format string, arguments ...any) {
	if !holds {
		failf(format, arguments...)
	}
}

func tags() *schema.Schema {
	strings := &schema.Schema{Type: schema.TypeString}
	return &schema.Schema{Type: schema.TypeMap, Optional: true, Elem: strings}
}

func tagsComputed() *schema.Schema {
	all := tags()
	all.Computed = true
	return all
}

func queueName(_ context.Context, _ any) string {
	return "name"
}

func inlinePoliciesActualDiff(d *schema.ResourceData) bool {
	return d.HasChange("inline_policy")
}

func legacyPolicyNormalize(policy any) (string, error) {
	return policy.(string), nil
}

func suppressMissingOptionalConfigurationBlock(_, old, new string, _ *schema.ResourceData) bool {
	return old == "1" && new == "0"
}

func suppressEquivalentPolicyDiffs(_, old, new string, _ *schema.ResourceData) bool {
	if isBlank(old) && isBlank(new) {
		return true
	}
	equivalent, err := awspolicy.PoliciesAreEquivalent(old, new)
	return err == nil && equivalent
}

func isBlank(policy string) bool {
	trimmed := strings.TrimSpace(policy)
	return trimmed == "" || trimmed == "{}"
}
