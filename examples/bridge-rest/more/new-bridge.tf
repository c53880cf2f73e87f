resource "restful_resource" "sales" {
  path            = "/api/v2/platform/telephony/bridges/"
  create_selector = "data"
  read_path       = "$(path)$(body.slug)/"
  read_selector   = "data"
  update_method   = "PATCH"
  body            = { name = "Sales", slug = "sales" }
  force_new_attrs = ["slug"]
  output_attrs    = ["slug"]
}

module "sales" {
  source = "./modules/bridge"

  bridge_slug   = restful_resource.sales.body.slug
  phone_number  = "+14155550102"
  provider_slug = "twilio"
}

output "sales" {
  description = "The connection."
  value       = module.sales.connection
}
