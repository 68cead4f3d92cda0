module oracle

go 1.25.8

require (
	github.com/YakDriver/regexache v0.25.0
	github.com/aws/aws-sdk-go-v2 v1.32.7
	github.com/hashicorp/awspolicyequivalence v1.7.0
	github.com/hashicorp/go-cty v1.5.0
	github.com/hashicorp/hcl/v2 v2.24.0
	github.com/hashicorp/terraform-plugin-go v0.31.0
	github.com/hashicorp/terraform-plugin-sdk/v2 v2.40.1
	github.com/zclconf/go-cty v1.18.1
)
